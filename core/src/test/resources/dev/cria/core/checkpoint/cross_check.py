"""The other side of CheckpointPythonTest: writes files for Java to read, and reads those that Java wrote.

    pip install numpy torch safetensors
    python cross_check.py write|read DIRECTORY

Element i of every tensor is (i % 17 - 8) * 0.37 in float32, then rounded to the tensor's type.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}


def values(shape, dtype):
    index = torch.arange(int(np.prod(shape)))
    return ((index % 17 - 8).float() * torch.tensor(0.37)).to(dtype).reshape(shape)


def write(directory):
    tensors = {name: values((70, 1001), dtype) for name, dtype in TYPES.items()}
    save_file(tensors, directory / "theirs.safetensors", metadata={"format": "pt", "by": "python"})


def read(directory):
    index = json.loads((directory / "model.safetensors.index.json").read_text())
    assert index["metadata"]["total_size"] == 70 * 1001 * (4 + 2 + 2), index["metadata"]
    assert sorted(index["weight_map"]) == ["BF16", "F16", "F32"], index["weight_map"]
    for name, shard in index["weight_map"].items():
        with safe_open(directory / shard, "pt") as file:
            assert file.metadata() == {"format": "pt"}, file.metadata()
            tensor = file.get_tensor(name)
        assert tensor.dtype == TYPES[name] and torch.equal(tensor, values((70, 1001), TYPES[name])), name
    shards = [np.load(path, mmap_mode="r") for path in sorted(directory.glob("shards/tokens-*.npy"))]
    tokens = np.concatenate(shards)
    assert len(shards) == 3 and tokens.dtype == np.uint16 and (tokens == np.arange(250) * 200).all()
    assert np.load(directory / "shards/documents.npy").tolist() == [0, 40, 250]


globals()[sys.argv[1]](Path(sys.argv[2]))
