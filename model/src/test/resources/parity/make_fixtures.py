#!/usr/bin/env python3
"""Makes the parity fixtures beside this script: random Llamas with what Transformers and PyTorch compute of them.

    pip install torch transformers safetensors
    python make_fixtures.py

Every case is a directory as Transformers saves it, with `expected.safetensors` beside the weights:
logits [tokens, vocab], log_probs [targets], and for trained cases grad.NAME, step1.NAME and step20.NAME.
`parity.json` holds the format version, the documents, losses, gradient norms and learning rates.
`adamw.safetensors` holds 100 steps of PyTorch's AdamW from recorded gradients, `rotary.safetensors` Transformers' angles.
"""

import json
import math
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

FORMAT = 1
HERE = Path(__file__).resolve().parent

# Llama 2's pretraining settings but for a rate and a warmup that suit 20 steps.
OPTIMIZER = dict(
    learning_rate=3e-3, warmup_steps=4, total_steps=20, floor=0.1, betas=[0.9, 0.95], eps=1e-5, weight_decay=0.1, clip=1.0
)

# name: vocab, hidden, ffn, layers, heads, kv heads, head_dim, theta, eps, tied
CASES = {
    "mha-tied": (61, 24, 41, 2, 4, 4, None, 10000.0, 1e-5, True),
    "mha-untied": (67, 20, 37, 2, 2, 2, None, 500000.0, 1e-6, False),
    "gqa-tied": (59, 24, 43, 2, 4, 2, None, 500000.0, 1e-5, True),
    "gqa-untied": (73, 18, 31, 3, 6, 3, 10, 10000.0, 1e-6, False),
    "mqa-tied": (53, 30, 29, 2, 3, 1, None, 10000.0, 1e-6, True),
    "mqa-untied": (71, 16, 47, 2, 8, 1, 6, 500000.0, 1e-5, False),
    "one-layer": (19, 8, 5, 1, 1, 1, None, 10000.0, 1e-5, True),
}
LENGTHS = [2, 3, 8, 34, 13]  # tokens per document, the last without a successor to predict


def rate(step):
    """Linear warmup, then a cosine to a tenth; steps count from 0."""
    o = OPTIMIZER
    if step < o["warmup_steps"]:
        return o["learning_rate"] * (step + 1) / (o["warmup_steps"] + 1)
    progress = (step - o["warmup_steps"]) / (o["total_steps"] - o["warmup_steps"])
    return o["learning_rate"] * (o["floor"] + (1 - o["floor"]) * 0.5 * (1 + math.cos(math.pi * progress)))


def make_model(case, generator):
    vocab, hidden, ffn, layers, heads, kv_heads, head_dim, theta, eps, tied = case
    config = LlamaConfig(
        vocab_size=vocab, hidden_size=hidden, intermediate_size=ffn, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=kv_heads, head_dim=head_dim, max_position_embeddings=64,
        rms_norm_eps=eps, rope_parameters={"rope_type": "default", "rope_theta": theta}, tie_word_embeddings=tied,
        bos_token_id=1, eos_token_id=2, attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).float().eval()
    with torch.no_grad():  # far from the usual small start, so that attention and gates do something
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(1 + 0.2 * noise if p.dim() == 1 else noise * (0.7 if "embed" in name else p.shape[1] ** -0.5))
    return model


def run(model, documents):
    """Logits of all documents one after the other, and the log-probability of each next token."""
    logits = [model(torch.tensor([d])).logits[0] for d in documents]
    chosen = [
        F.log_softmax(z[:-1], -1).gather(1, torch.tensor(d[1:])[:, None])[:, 0] for z, d in zip(logits, documents)
    ]
    return torch.cat(logits), torch.cat(chosen)


def make_optimizer(parameters):
    o = OPTIMIZER
    groups = [
        dict(params=[p for p in parameters if p.dim() > 1], weight_decay=o["weight_decay"]),
        dict(params=[p for p in parameters if p.dim() == 1], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=1.0, betas=o["betas"], eps=o["eps"], foreach=False)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate)


def train(model, documents, expected):
    """20 steps on the same documents, each with gradients of its own."""
    optimizer, schedule = make_optimizer(list(model.parameters()))
    losses, norms, rates = [], [], []
    for step in range(OPTIMIZER["total_steps"]):
        optimizer.zero_grad()
        loss = -run(model, documents)[1].mean()
        loss.backward()
        if step == 0:
            expected.update({f"grad.{n}": p.grad.clone() for n, p in model.named_parameters()})
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), OPTIMIZER["clip"]).item())
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        if step + 1 in (1, OPTIMIZER["total_steps"]):
            expected.update({f"step{step + 1}.{n}": p.detach().clone() for n, p in model.named_parameters()})
    return dict(losses=losses, gradient_norms=norms, learning_rates=rates)


def write(path, tensors):
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, path, metadata={"format": str(FORMAT)})


def make_case(name, case, seed):
    generator = torch.Generator().manual_seed(seed)
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    model = make_model(case, generator)
    model.save_pretrained(directory)
    documents = [torch.randint(0, case[0], (n,), generator=generator).tolist() for n in LENGTHS]
    with torch.no_grad():
        logits, log_probs = run(model, documents)
    expected = dict(logits=logits, log_probs=log_probs)
    record = dict(name=name, documents=documents, **train(model, documents, expected))
    write(directory / "expected.safetensors", expected)
    return record


def make_import(name, case, dtype, shard_size, seed):
    """Weights stored in half precision. The reference loads the saved files in float32: casting a model to half and
    back would also round its rotary frequencies."""
    generator = torch.Generator().manual_seed(seed)
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    make_model(case, generator).to(dtype).save_pretrained(directory, max_shard_size=shard_size)
    model = LlamaForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager")
    documents = [torch.randint(0, case[0], (n,), generator=generator).tolist() for n in LENGTHS]
    with torch.no_grad():
        logits, log_probs = run(model, documents)
    write(directory / "expected.safetensors", dict(logits=logits, log_probs=log_probs))
    return dict(name=name, documents=documents)


def meta_attention(x, wq, wk, wv, wo, heads, kv_heads, theta):
    """Attention with Meta's rotary embedding: neighbouring numbers of a head are a complex number that is turned."""
    tokens, head_dim = x.shape[0], wq.shape[0] // heads
    frequencies = 1.0 / (theta ** (torch.arange(0, head_dim, 2).float() / head_dim))
    angles = torch.outer(torch.arange(tokens).float(), frequencies)
    turn = torch.polar(torch.ones_like(angles), angles)[:, None, :]

    def rotate(z, n):
        pairs = torch.view_as_complex((x @ z.T).view(tokens, n, head_dim // 2, 2))
        return torch.view_as_real(pairs * turn).reshape(tokens, n, head_dim)

    q = rotate(wq, heads)
    k = rotate(wk, kv_heads).repeat_interleave(heads // kv_heads, 1)
    v = (x @ wv.T).view(tokens, kv_heads, head_dim).repeat_interleave(heads // kv_heads, 1)
    scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(head_dim)
    scores = scores + torch.full((tokens, tokens), float("-inf")).triu(1)
    return torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).reshape(tokens, -1) @ wo.T


def make_meta(name, seed):
    """A model in the layout of Meta's releases and what Meta's arithmetic, written out here, makes of it."""
    dim, heads, kv_heads, ffn, vocab, eps, theta = 24, 4, 2, 40, 37, 1e-5, 10000.0
    generator = torch.Generator().manual_seed(seed)
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    kv = dim // heads * kv_heads
    shapes = {"tok_embeddings": (vocab, dim), "norm": (dim,), "output": (vocab, dim)}
    for i in range(2):
        at = f"layers.{i}."
        shapes |= {at + "attention.wq": (dim, dim), at + "attention.wk": (kv, dim), at + "attention.wv": (kv, dim)}
        shapes |= {at + "attention.wo": (dim, dim), at + "feed_forward.w1": (ffn, dim)}
        shapes |= {at + "feed_forward.w2": (dim, ffn), at + "feed_forward.w3": (ffn, dim)}
        shapes |= {at + "attention_norm": (dim,), at + "ffn_norm": (dim,)}
    weights = {k: torch.randn(s, generator=generator) * s[-1] ** -0.5 + (len(s) == 1) for k, s in shapes.items()}
    documents = [torch.randint(0, vocab, (n,), generator=generator).tolist() for n in LENGTHS]

    def norm(x, gain):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * gain

    def logits_of(document):
        x = weights["tok_embeddings"][document]
        for i in range(2):
            w = {k.removeprefix(f"layers.{i}."): v for k, v in weights.items()}
            q, k, v, o = (w[f"attention.w{c}"] for c in "qkvo")
            x = x + meta_attention(norm(x, w["attention_norm"]), q, k, v, o, heads, kv_heads, theta)
            h = norm(x, w["ffn_norm"])
            x = x + (F.silu(h @ w["feed_forward.w1"].T) * (h @ w["feed_forward.w3"].T)) @ w["feed_forward.w2"].T
        return norm(x, weights["norm"]) @ weights["output"].T

    logits = [logits_of(d) for d in documents]
    chosen = [z[:-1].log_softmax(-1).gather(1, torch.tensor(d[1:])[:, None])[:, 0] for z, d in zip(logits, documents)]
    params = dict(dim=dim, n_layers=2, n_heads=heads, n_kv_heads=kv_heads, norm_eps=eps, multiple_of=8, vocab_size=-1)
    (directory / "params.json").write_text(json.dumps(params) + "\n")
    frequencies = 1.0 / (theta ** (torch.arange(0, dim // heads, 2).float() / (dim // heads)))
    stored = {f"{k}.weight": v for k, v in weights.items()} | {"rope.freqs": frequencies}
    write(directory / "model.safetensors", stored)
    write(directory / "expected.safetensors", dict(logits=torch.cat(logits), log_probs=torch.cat(chosen)))
    return dict(name=name, documents=documents)


def make_adamw():
    """100 steps of AdamW with clipping and schedule; the gradients are given."""
    generator = torch.Generator().manual_seed(99)
    weights = [torch.nn.Parameter(torch.randn(s, generator=generator)) for s in ((7, 9), (5, 3), (11,))]
    names = ["matrix", "other", "gain"]
    optimizer, schedule = make_optimizer(weights)
    tensors = {f"start.{n}": w.detach().clone() for n, w in zip(names, weights)}
    recorded, norms, rates = {n: [] for n in names}, [], []
    for step in range(100):
        size = 10.0 ** torch.randint(-3, 1, (1,), generator=generator).item()  # some steps are clipped, some are not
        for n, w in zip(names, weights):
            w.grad = size * torch.randn(w.shape, generator=generator)
            recorded[n].append(w.grad.clone())
        norms.append(torch.nn.utils.clip_grad_norm_(weights, OPTIMIZER["clip"]).item())
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        if step < OPTIMIZER["total_steps"]:
            schedule.step()
        if step + 1 in (1, 20, 100):
            tensors.update({f"step{step + 1}.{n}": w.detach().clone() for n, w in zip(names, weights)})
    tensors.update({f"gradients.{n}": torch.stack(g) for n, g in recorded.items()})
    write(HERE / "adamw.safetensors", tensors)
    return dict(names=names, gradient_norms=norms, learning_rates=rates)


def make_rotary():
    """Cosines and sines at some positions, as Transformers rounds them."""
    positions = [0, 1, 2, 17, 1000, 4095, 16383]
    tensors, tables = {}, []
    for head_dim, theta in ((64, 10000.0), (128, 10000.0), (128, 500000.0), (10, 500000.0)):
        config = LlamaConfig(
            hidden_size=head_dim, num_attention_heads=1, rope_parameters={"rope_type": "default", "rope_theta": theta}
        )
        cos, sin = LlamaRotaryEmbedding(config)(torch.zeros(1), torch.tensor([positions]))
        key = f"{head_dim}-{int(theta)}"
        tensors.update({f"cos.{key}": cos[0, :, : head_dim // 2], f"sin.{key}": sin[0, :, : head_dim // 2]})
        tables.append(dict(key=key, head_dim=head_dim, theta=theta))
    write(HERE / "rotary.safetensors", tensors)
    return dict(positions=positions, tables=tables)


def main():
    torch.set_num_threads(1)
    trained = [make_case(name, case, seed) for seed, (name, case) in enumerate(CASES.items())]
    imported = [
        make_import("bf16", (41, 16, 23, 2, 4, 2, None, 10000.0, 1e-5, False), torch.bfloat16, "1GB", 50),
        make_import("fp16-sharded", (43, 16, 21, 2, 2, 1, None, 10000.0, 1e-5, True), torch.float16, "3KB", 51),
        make_meta("meta-layout", 52),
    ]
    record = dict(
        format=FORMAT,
        regenerate="pip install torch transformers safetensors && python make_fixtures.py",
        made_with=dict(torch=torch.__version__, transformers=transformers.__version__),
        optimizer=OPTIMIZER,
        trained=trained,
        imported=imported,
        adamw=make_adamw(),
        rotary=make_rotary(),
    )
    (HERE / "parity.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
