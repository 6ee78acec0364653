"""Makes ppo.json beside it: rewards, advantages, returns, whitening and losses of ragged answers in PyTorch.

Run: python make_fixtures.py          (needs torch)
Padded tensors and masks here, no padding in Cria: the numbers must agree all the same.
"""

import json
import pathlib

import torch

VERSION = 1
LENGTHS = [5, 1, 9, 3, 7, 2]
BETA, GAMMA, LAMBDA, CLIP, VALUE_CLIP, FLOOR = 0.05, 0.98, 0.95, 0.2, 0.2, 1e-3


def masked_whiten(x, mask):
    mean = (x * mask).sum() / mask.sum()
    variance = ((x - mean) ** 2 * mask).sum() / mask.sum()
    return (x - mean) / torch.clamp(variance.sqrt(), min=FLOOR)


def main():
    torch.manual_seed(7)
    torch.set_default_dtype(torch.float64)
    rows, width = len(LENGTHS), max(LENGTHS)
    mask = torch.arange(width)[None, :] < torch.tensor(LENGTHS)[:, None]
    old = -torch.rand(rows, width) * 3
    reference = old + 0.3 * torch.randn(rows, width)
    new = (old + 0.25 * torch.randn(rows, width)).requires_grad_()
    old_values = torch.randn(rows, width)
    values = (old_values + 0.4 * torch.randn(rows, width)).requires_grad_()
    scores = 3 * torch.randn(rows)
    inputs = {name: pick(x, mask) for name, x in
              dict(old=old, reference=reference, new=new, oldValues=old_values, values=values).items()}

    white_scores = masked_whiten(scores, torch.ones(rows))
    kl = torch.where(mask, old - reference, 0.0)
    rewards = -BETA * kl
    last = torch.tensor(LENGTHS) - 1
    rewards[torch.arange(rows), last] += white_scores

    masked_values = torch.where(mask, old_values, 0.0)
    advantages = torch.zeros(rows, width)
    running = torch.zeros(rows)
    for t in reversed(range(width)):
        following = masked_values[:, t + 1] if t + 1 < width else torch.zeros(rows)
        delta = rewards[:, t] + GAMMA * following - masked_values[:, t]
        running = delta + GAMMA * LAMBDA * running
        running = torch.where(mask[:, t], running, torch.zeros(rows))
        advantages[:, t] = running
    returns = advantages + masked_values
    white = masked_whiten(advantages, mask)

    ratio = torch.exp(new - old)
    surrogate = torch.min(ratio * white, torch.clamp(ratio, 1 - CLIP, 1 + CLIP) * white)
    policy_loss = -(surrogate[mask]).mean()
    clipped = old_values + torch.clamp(values - old_values, -VALUE_CLIP, VALUE_CLIP)
    value_loss = 0.5 * torch.max((values - returns) ** 2, (clipped - returns) ** 2)[mask].mean()
    policy_loss.backward()
    value_loss.backward()

    expected = dict(
        whiteScores=white_scores.tolist(),
        divergence=kl.sum(1).tolist(),
        rewards=pick(rewards, mask),
        advantages=pick(advantages, mask),
        returns=pick(returns, mask),
        whiteAdvantages=pick(white, mask),
        policyLoss=policy_loss.item(),
        policyGradient=pick(new.grad, mask),
        valueLoss=value_loss.item(),
        valueGradient=pick(values.grad, mask),
        ratioMean=ratio[mask].mean().item(),
        clipFraction=((ratio - 1).abs() > CLIP)[mask].double().mean().item(),
        explainedVariance=(1 - (returns - old_values)[mask].var(unbiased=False)
                           / returns[mask].var(unbiased=False)).item(),
    )
    settings = dict(beta=BETA, gamma=GAMMA, lambda_=LAMBDA, clip=CLIP, valueClip=VALUE_CLIP, floor=FLOOR)
    document = dict(version=VERSION, settings=settings, scores=scores.tolist(), inputs=inputs, expected=expected)
    path = pathlib.Path(__file__).parent / "ppo.json"
    path.write_text(json.dumps(document, indent=1) + "\n")


def pick(x, mask):
    return [row[m].tolist() for row, m in zip(x.detach(), mask)]


if __name__ == "__main__":
    main()
