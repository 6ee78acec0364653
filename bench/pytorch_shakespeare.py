"""PyTorch's side of `cria pretrain --config examples/configs/shakespeare-bytes.yaml`: the same model, data, schedule, evaluations and
checkpoints, as a process of its own to be timed from outside.

    time python bench/pytorch_shakespeare.py tinyshakespeare.txt OUTPUT_DIRECTORY [--compile]
"""

import argparse
import math
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM

CONTEXT, BATCH, STEPS, WARMUP, RATE, FINAL_FRACTION = 64, 12, 2000, 100, 1e-3, 0.1
EVALUATE_EVERY, CHECKPOINT_EVERY = 250, 1000


def rate(step):
    if step <= WARMUP:
        return RATE * step / WARMUP
    cosine = (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))) / 2
    return RATE * (FINAL_FRACTION + (1 - FINAL_FRACTION) * cosine)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()

    torch.manual_seed(1)
    model = LlamaForCausalLM(LlamaConfig(
        hidden_size=128, intermediate_size=352, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=4,
        max_position_embeddings=CONTEXT, vocab_size=258, tie_word_embeddings=True, rms_norm_eps=1e-5,
        attn_implementation="sdpa", use_cache=False))
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.99), eps=1e-5, fused=True)
    tokens = torch.tensor(list(arguments.text.read_bytes()))
    split = len(tokens) * 9 // 10
    train, held_out = tokens[:split], tokens[split:]

    def loss_of(inputs, targets):
        logits = model(input_ids=inputs).logits
        return torch.nn.functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))

    forward = torch.compile(loss_of) if arguments.compile else loss_of

    def evaluate():
        windows = (len(held_out) - 1) // CONTEXT
        inputs = held_out[:windows * CONTEXT].view(windows, CONTEXT)
        targets = held_out[1:windows * CONTEXT + 1].view(windows, CONTEXT)
        with torch.no_grad():
            losses = [loss_of(inputs[i:i + BATCH], targets[i:i + BATCH]) * len(inputs[i:i + BATCH])
                      for i in range(0, windows, BATCH)]
        return float(sum(losses)) / windows

    for step in range(1, STEPS + 1):
        starts = torch.randint(len(train) - CONTEXT, (BATCH,))
        inputs = torch.stack([train[i:i + CONTEXT] for i in starts])
        targets = torch.stack([train[i + 1:i + CONTEXT + 1] for i in starts])
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        loss = forward(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % EVALUATE_EVERY == 0:
            print(f"step {step}: held-out loss {evaluate():.4f}", flush=True)
        if step % CHECKPOINT_EVERY == 0:
            model.save_pretrained(arguments.output / f"step-{step:08d}")
            torch.save(optimizer.state_dict(), arguments.output / f"step-{step:08d}" / "optimizer.pt")


if __name__ == "__main__":
    main()
