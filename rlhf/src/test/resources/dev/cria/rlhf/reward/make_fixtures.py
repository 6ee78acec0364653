"""Makes the fixture beside it, parity/: a reward model by Transformers, comparisons, and PyTorch's losses and gradients.

Run: python make_fixtures.py          (needs torch, transformers, safetensors)

The model is LlamaForSequenceClassification with one label. Every dialogue is computed alone, so no padding is involved. The ranking
loss is TRL's, -logsigmoid(chosen - rejected - margin); the safety loss is torch's binary cross entropy with logits.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForSequenceClassification

VERSION = 1
ROOT = pathlib.Path(__file__).parent / "parity"
RATINGS = ["significantly_better", "better", "slightly_better", "negligibly_better"]
MARGINS = {
    "none": [0, 0, 0, 0],
    "small": [1, 2 / 3, 1 / 3, 0],
    "large": [3, 2, 1, 0],
}
# name -> margin, weight of the safety loss, weight of the centring
CASES = {
    "plain": ("none", 0, 0),
    "small": ("small", 0, 0),
    "large": ("large", 0, 0),
    "everything": ("small", 0.7, 0.05),
}


def make_pairs(generator):
    def ids(length):
        return torch.randint(3, 61, (length,), generator=generator).tolist()

    pairs = []
    for i, (prompt, chosen, rejected) in enumerate([(9, 5, 3), (1, 1, 12), (17, 2, 2), (4, 30, 8), (12, 7, 7), (6, 1, 1)]):
        shared = [1] + ids(prompt)
        pairs.append({
            "chosen": shared + ids(chosen) + [2],
            "rejected": shared + ids(rejected) + [2],
            "rating": RATINGS[i % 4],
            "chosen_safe": i % 3 != 0,
            "rejected_safe": i % 2 == 0 and i % 3 != 0,
        })
    return pairs


def score(model, ids):
    return model(input_ids=torch.tensor([ids])).logits[0, 0]


def main():
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=61, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, initializer_range=0.3,
        tie_word_embeddings=False, num_labels=1, bos_token_id=1, eos_token_id=2, attn_implementation="eager")
    model = LlamaForSequenceClassification(config).eval()
    ROOT.mkdir(exist_ok=True)
    model.save_pretrained(ROOT)
    pairs = make_pairs(torch.Generator().manual_seed(11))
    expected = {"version": VERSION, "pairs": pairs, "cases": {}}
    gradients = {}
    for name, (margin, safety_weight, centering) in CASES.items():
        model.zero_grad()
        chosen = torch.stack([score(model, p["chosen"]) for p in pairs])
        rejected = torch.stack([score(model, p["rejected"]) for p in pairs])
        margins = torch.tensor([MARGINS[margin][RATINGS.index(p["rating"])] for p in pairs])
        loss = -F.logsigmoid(chosen - rejected - margins).mean()
        labels = torch.tensor([float(p["chosen_safe"]) for p in pairs] + [float(p["rejected_safe"]) for p in pairs])
        loss = loss + safety_weight * F.binary_cross_entropy_with_logits(torch.cat([chosen, rejected]), labels)
        loss = loss + centering * ((chosen + rejected) ** 2).mean()
        loss.backward()
        expected["cases"][name] = {
            "margin": margin, "safety_weight": safety_weight, "centering": centering, "loss": loss.item(),
            "accuracy": (chosen > rejected).float().mean().item(),
        }
        expected["chosen"], expected["rejected"] = chosen.tolist(), rejected.tolist()
        for parameter, tensor in model.named_parameters():
            gradients[name + "/" + parameter] = tensor.grad.clone().contiguous()
    save_file(gradients, ROOT / "gradients.safetensors")
    (ROOT / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
