"""Prints the scalars of a TensorBoard event file, one 'tag step value' a line. Needs: pip install tensorboard."""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in sorted(events.Tags()["scalars"]):
    for event in events.Scalars(tag):
        print(tag, event.step, f"{event.value:.6g}")
