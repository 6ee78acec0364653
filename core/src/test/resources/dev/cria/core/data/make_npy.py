"""Writes uint16.npy, uint32.npy and int64.npy, format version 1, with NumPy.

    pip install numpy
    python make_npy.py

NpyFileTest reads them, and holds NpyWriter to their bytes.
"""

from pathlib import Path

import numpy as np

here = Path(__file__).parent
np.save(here / "uint16.npy", np.array([0, 1, 32767, 32768, 65535], dtype=np.uint16))
np.save(here / "uint32.npy", np.array([0, 65536, 2**31 - 1], dtype=np.uint32))
np.save(here / "int64.npy", np.array([0, 2**31, 2**40 + 1], dtype=np.int64))
