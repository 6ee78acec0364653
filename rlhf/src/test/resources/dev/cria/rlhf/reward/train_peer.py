"""Trains a reward model as RewardTrainer does, with Transformers' classification model, TRL's loss and torch's AdamW.

Run: python train_peer.py DIRECTORY          (needs torch, transformers)

DIRECTORY/model is the initial model, job.json has the comparisons as token ids, the pairs of each step, the learning rates and the
optimizer's settings; results.json gets the loss of each step and which of the test pairs the trained model gets right.
"""

import json
import pathlib
import sys

try:
    import torch
    import torch.nn.functional as F
    from transformers import LlamaForSequenceClassification
except ImportError:
    sys.exit(3)

PAD = 0  # any id that no dialogue ends with


def scores(model, sequences):
    longest = max(len(s) for s in sequences)
    ids = torch.tensor([s + [PAD] * (longest - len(s)) for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    return model(input_ids=ids, attention_mask=mask).logits[:, 0]


def main(directory):
    job = json.loads((directory / "job.json").read_text())
    torch.set_num_threads(2)
    model = LlamaForSequenceClassification.from_pretrained(directory / "model", dtype=torch.float32)
    assert model.config.num_labels == 1
    model.config.pad_token_id = PAD
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": job["weight_decay"]}, {"params": vectors, "weight_decay": 0.0}],
        lr=1.0, betas=(job["beta1"], job["beta2"]), eps=job["eps"])
    losses = []
    for rate, batch in zip(job["rates"], job["steps"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        chosen = [job["pairs"][i]["chosen"] for i in batch]
        rejected = [job["pairs"][i]["rejected"] for i in batch]
        both = scores(model, chosen + rejected)
        loss = -F.logsigmoid(both[: len(batch)] - both[len(batch) :]).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), job["max_grad_norm"])
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    correct = []
    with torch.no_grad():
        for pair in job["test"]:
            a, b = scores(model, [pair["chosen"], pair["rejected"]])
            correct.append(bool(a > b))
    (directory / "results.json").write_text(json.dumps({"losses": losses, "correct": correct}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
