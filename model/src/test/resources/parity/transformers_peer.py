#!/usr/bin/env python3
"""The other side of TransformersTest: transformers_peer.py ROOT, with ROOT/ids.json, a list of lists of token ids.

Saves random models into ROOT/there-*, as Transformers saves them, then scores the ids by every model in ROOT and writes
the log-probability of each next token to ROOT/scores.json. Exit code 3: torch or transformers are not installed.
"""

import json
import sys
from pathlib import Path

try:
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
except ImportError:
    sys.exit(3)

SAVED = {
    "there-float32": (torch.float32, "1GB"),
    "there-sharded": (torch.float32, "20KB"),
    "there-bfloat16": (torch.bfloat16, "1GB"),
    "there-float16-sharded": (torch.float16, "10KB"),
}


def save(directory, dtype, shard_size):
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=101, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.2, rms_norm_eps=1e-5,
    )
    LlamaForCausalLM(config).to(dtype).save_pretrained(directory, max_shard_size=shard_size)


def score(directory, sequences):
    model, info = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, output_loading_info=True)
    problems = {k: str(v) for k, v in info.items() if v}
    if problems:
        return problems
    scores = []
    with torch.no_grad():
        for ids in sequences:
            log_probs = model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
            scores.append(log_probs.gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist())
    return scores


def main(root):
    for name, (dtype, shard_size) in SAVED.items():
        save(root / name, dtype, shard_size)
    sequences = json.loads((root / "ids.json").read_text())
    scores = {path.parent.name: score(path.parent, sequences) for path in root.glob("*/config.json")}
    (root / "scores.json").write_text(json.dumps(scores))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
