"""Reads lines of JSON of Cria's and PyTorch's benchmarks of a training step and prints their ratios as a table."""

import collections
import json
import statistics
import sys


def main():
    runs = collections.defaultdict(list)
    for line in sys.stdin:
        if line.startswith("{"):
            run = json.loads(line)
            who = "cria" if run["framework"] == "cria" else "compiled" if run["compile"] else "eager"
            runs[run["config"], run["mode"], who].append(run)

    def median(config, mode, who, field):
        values = [run[field] for run in runs.get((config, mode, who), []) if field in run]
        return statistics.median(values) if values else float("nan")

    print("| config | mode | Cria, s | PyTorch eager, s | compiled, s | eager / Cria | compiled / Cria "
          "| share of GEMM peak | peak memory, MB | PyTorch compiled, MB | garbage, kB |")
    print("| --- " * 11 + "|")
    for config, mode in dict.fromkeys((config, mode) for config, mode, _ in runs):
        ours, eager, compiled = (median(config, mode, who, "median_s") for who in ("cria", "eager", "compiled"))
        print(f"| {config} | {mode} | {ours:.3f} | {eager:.3f} | {compiled:.3f} | {eager / ours:.2f} | {compiled / ours:.2f} "
              f"| {median(config, mode, 'cria', 'gemm_peak_share'):.2f} | {median(config, mode, 'cria', 'peak_rss_mb'):.0f} "
              f"| {median(config, mode, 'compiled', 'peak_rss_mb'):.0f} "
              f"| {median(config, mode, 'cria', 'allocated_kb_per_step'):.0f} |")


if __name__ == "__main__":
    main()
