"""PyTorch's side of `cria bench train`: one optimizer step of the same Llama on random tokens. Prints one line of JSON.

    python -m pip install torch transformers
    python bench/pytorch_train_step.py --config S [--precision bf16] [--compile]

A step is forward, next-token cross entropy, backward, clipping to a global norm of 1 and AdamW with Cria's defaults.
"""

import argparse
import json
import resource
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

SIZES = {
    "XS": dict(hidden_size=128, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
               intermediate_size=352, vocab_size=4096),
    "S": dict(hidden_size=288, num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=6,
              intermediate_size=768, vocab_size=32000),
    "M": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, num_key_value_heads=4,
              intermediate_size=2048, vocab_size=32000),
}
BATCHES = {"XS": (16, 128), "S": (8, 256), "M": (2, 512)}  # sequences, tokens of each


def build(config, sequence_length):
    return LlamaForCausalLM(LlamaConfig(
        **SIZES[config], tie_word_embeddings=True, max_position_embeddings=sequence_length, rms_norm_eps=1e-5,
        attn_implementation="sdpa", use_cache=False))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=SIZES, default="S")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=0)
    parser.add_argument("--sequence-length", type=int, default=0)
    arguments = parser.parse_args()
    sequences = arguments.batch_size or BATCHES[arguments.config][0]
    length = arguments.sequence_length or BATCHES[arguments.config][1]

    torch.manual_seed(0)
    model = build(arguments.config, length)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=3e-4, betas=(0.9, 0.95), eps=1e-5, weight_decay=0.1, fused=True)
    ids = torch.randint(0, model.config.vocab_size, (sequences, length + 1))
    inputs, targets = ids[:, :-1].contiguous(), ids[:, 1:].contiguous().view(-1)

    def loss_of(inputs, targets):
        logits = model(input_ids=inputs).logits
        return torch.nn.functional.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets)

    forward = torch.compile(loss_of) if arguments.compile else loss_of
    seconds = []
    for _ in range(arguments.warmup + arguments.steps):
        begin = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.precision == "bf16"):
            loss = forward(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - begin)
    seconds = seconds[arguments.warmup:]
    median = statistics.median(seconds)
    print(json.dumps({
        "framework": "pytorch " + torch.__version__, "config": arguments.config, "mode": arguments.precision,
        "compile": arguments.compile, "params": sum(p.numel() for p in model.parameters()),
        "tokens_per_step": sequences * length, "best_s": round(min(seconds), 4), "median_s": round(median, 4),
        "tokens_per_s": round(sequences * length / median, 1),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
