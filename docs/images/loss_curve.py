#!/usr/bin/env python3
"""Draws the losses of a run's metrics.jsonl as an SVG: python3 loss_curve.py RUN/metrics.jsonl "Title" > curve.svg"""
import json
import sys

W, H, LEFT, BOTTOM, TOP, RIGHT = 720, 320, 56, 40, 36, 16


def main():
    steps = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    last = steps[-1]["step"]
    held = [(s["step"], s["val_loss"]) for s in steps if "val_loss" in s]
    window = max(1, len(steps) // 100)  # the training loss of single batches jumps: show means
    train = [
        (sum(s["step"] for s in part) / len(part), sum(s["loss"] for s in part) / len(part))
        for part in (steps[i : i + window] for i in range(0, len(steps), window))
    ]
    low = min(y for _, y in train + held)
    high = max(y for _, y in train)
    low, high = int(low * 2) / 2, int(high * 2 + 1) / 2

    def point(x, y):
        return (
            f"{LEFT + (W - LEFT - RIGHT) * x / last:.1f}",
            f"{TOP + (H - TOP - BOTTOM) * (high - y) / (high - low):.1f}",
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" font-family="sans-serif" font-size="12">',
        f'<rect width="{W}" height="{H}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" fill="#222">{sys.argv[2]}</text>',
    ]
    y = low
    while y <= high:
        _, py = point(0, y)
        out.append(f'<line x1="{LEFT}" x2="{W - RIGHT}" y1="{py}" y2="{py}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{float(py) + 4:.1f}" text-anchor="end" fill="#555">{y:.1f}</text>')
        y += 0.5
    for i in range(5):
        px, _ = point(last * i / 4, low)
        out.append(f'<text x="{px}" y="{H - 18}" text-anchor="middle" fill="#555">{last * i // 4}</text>')
    out.append(f'<text x="{W - RIGHT}" y="{H - 4}" text-anchor="end" fill="#555">step; loss in nats a byte</text>')
    line = " ".join(",".join(point(x, y)) for x, y in train)
    out.append(f'<polyline points="{line}" fill="none" stroke="#8ab4d8" stroke-width="1.5"/>')
    line = " ".join(",".join(point(x, y)) for x, y in held)
    out.append(f'<polyline points="{line}" fill="none" stroke="#c2410c" stroke-width="2"/>')
    for x, y in held:
        px, py = point(x, y)
        out.append(f'<circle cx="{px}" cy="{py}" r="3" fill="#c2410c"/>')
    px, py = point(*held[-1])
    out.append(f'<text x="{float(px) - 6:.1f}" y="{float(py) - 10:.1f}" text-anchor="end" fill="#c2410c">held out: {held[-1][1]:.3f}</text>')
    out.append(f'<text x="{W - RIGHT - 6}" y="{TOP + 14}" text-anchor="end" fill="#5a8ab0">training (means of {window} steps)</text>')
    out.append("</svg>")
    print("\n".join(out))


if __name__ == "__main__":
    main()
