#!/usr/bin/env python3
"""Makes the generation fixtures beside this script: what Transformers writes greedily after some prompts, with and without a
repetition penalty, and what its filters leave of some logits.

    pip install torch transformers
    python make_fixtures.py

`model` is a random Llama as Transformers saves it. `generation.json` holds the format version, for each prompt the 64
tokens that `generate` appends and the smallest gap between the two best scores on the way, and for each setting of the
filters the log-probabilities after them.
"""

import json
import shutil
from pathlib import Path

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.generation import logits_process as lp

FORMAT = 1
HERE = Path(__file__).resolve().parent
LENGTH = 64


def make_model():
    generator = torch.Generator().manual_seed(7)
    config = LlamaConfig(
        vocab_size=97, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, tie_word_embeddings=False,
        bos_token_id=1, eos_token_id=None, pad_token_id=0, attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).float().eval()
    with torch.no_grad():  # far from the usual small start, so that the best token stands out and changes
        for p in model.parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(1 + 0.2 * noise if p.dim() == 1 else 1.5 * noise * p.shape[1] ** -0.5)
    return model


def greedy(model, prompt, penalty):
    with torch.no_grad():
        out = model.generate(
            torch.tensor([prompt]), max_new_tokens=LENGTH, do_sample=False, repetition_penalty=penalty,
            return_dict_in_generate=True, output_scores=True,
        )
    best = [torch.topk(s[0], 2).values for s in out.scores]
    return dict(
        prompt=prompt, repetition_penalty=penalty, tokens=out.sequences[0, len(prompt):].tolist(),
        smallest_gap=min((b[0] - b[1]).item() for b in best),
    )


def filtered(logits, seen, temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, penalty=1.0):
    """Transformers' processors in the order in which `generate` applies them."""
    scores, ids = logits[None].clone(), torch.tensor([seen])
    if penalty != 1.0:
        scores = lp.RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)
    scores = lp.TemperatureLogitsWarper(temperature)(ids, scores)
    if top_k:
        scores = lp.TopKLogitsWarper(top_k)(ids, scores)
    if top_p < 1.0:
        scores = lp.TopPLogitsWarper(top_p)(ids, scores)
    if min_p:
        scores = lp.MinPLogitsWarper(min_p)(ids, scores)
    log_probs = torch.log_softmax(scores[0].double(), -1)
    kept = {str(i): v.item() for i, v in enumerate(log_probs) if v > -1e30}
    return dict(
        temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, repetition_penalty=penalty, log_probs=kept
    )


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(3)
    model = make_model()
    shutil.rmtree(HERE / "model", ignore_errors=True)
    model.save_pretrained(HERE / "model")
    prompts = [torch.randint(0, 97, (n,), generator=generator).tolist() for n in (1, 2, 5, 17, 33, 64)]
    logits, seen = 2.5 * torch.randn(40, generator=generator), [3, 3, 8, 21, 39]
    settings = [
        dict(), dict(temperature=0.6), dict(top_k=5), dict(top_p=0.7), dict(min_p=0.08), dict(penalty=1.4),
        dict(temperature=1.7, top_k=12, top_p=0.8), dict(temperature=0.8, top_p=0.95, min_p=0.05, penalty=1.2),
        dict(top_k=1), dict(top_p=0.01),
    ]
    record = dict(
        format=FORMAT,
        regenerate="pip install torch transformers && python make_fixtures.py",
        made_with=dict(torch=torch.__version__, transformers=transformers.__version__),
        greedy=[greedy(model, p, penalty) for p in prompts for penalty in (1.0, 1.3)],
        logits=logits.tolist(),
        seen=seen,
        filters=[filtered(logits, seen, **s) for s in settings],
    )
    (HERE / "generation.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
