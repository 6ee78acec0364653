"""Writes golden.safetensors, format version 1, with the reference implementation of the format.

    pip install torch safetensors
    python make_golden.py

SafetensorsTest reads it, and holds SafetensorsWriter to its bytes.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

tensors = {
    "weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 8 - 0.25,
    "scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, 4),
    "half": torch.tensor([1.0, -2.5, 65504.0, 6e-8, 0.1], dtype=torch.float16),
    "brain": torch.tensor([1.0, -2.5, 3e38, 1e-40, 0.1], dtype=torch.bfloat16),
    "\u03b8 \"quoted\"": torch.tensor([0.5, -0.5]),
}
save_file(tensors, Path(__file__).with_name("golden.safetensors"), metadata={"format": "pt"})
