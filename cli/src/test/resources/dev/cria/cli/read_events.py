"""Prints the scalars and histograms of a TensorBoard event file, one 'tag step value' a line, in place of the value a
histogram's minimum, maximum, count, sum, sum of squares and edge:count of intervals. Needs: pip install tensorboard."""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in sorted(events.Tags()["scalars"]):
    for event in events.Scalars(tag):
        print(tag, event.step, f"{event.value:.6g}")
for tag in sorted(events.Tags()["histograms"]):
    for event in events.Histograms(tag):
        h = event.histogram_value
        counts = [f"{edge:.6g}:{count:g}" for edge, count in zip(h.bucket_limit, h.bucket) if count]
        print(tag, event.step, *(f"{v:.6g}" for v in (h.min, h.max, h.num, h.sum, h.sum_squares)), *counts)
