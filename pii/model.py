"""The trained context model: a linear scorer over hashed features.

The artefact is 16,384 half-precision weights and a header; feature names are hashed, so no word can be read back out
of it. See ``docs/pii.md`` for how it is trained.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from zlib import crc32

from pii.errors import ModelError

ARTEFACT = Path(__file__).parent / "data" / "context.bin"
BUCKETS = 1 << 14
_MAGIC = b"PIICTX1\n"


def bucket(feature: str) -> int:
    """Give the weight that a feature shares."""
    return crc32(feature.encode("utf-8")) & (BUCKETS - 1)


class Model:
    """Weights of hashed features; their sum is added to the log-odds of the hand-set weights."""

    def __init__(self, weights: tuple[float, ...]) -> None:
        if len(weights) != BUCKETS:
            raise ModelError("a context model has 16,384 weights")
        self._weights = weights

    def logit(self, features: list[str]) -> float:
        """Give the log-odds that the features add."""
        weights = self._weights
        return sum(weights[bucket(feature)] for feature in features)

    def to_bytes(self) -> bytes:
        """Give the artefact: a header, then the weights in half precision, little-endian."""
        return _MAGIC + struct.pack(f"<{BUCKETS}e", *self._weights)


def from_bytes(data: bytes) -> Model:
    """Read an artefact; raises ``ModelError`` when it is none."""
    if not data.startswith(_MAGIC) or len(data) != len(_MAGIC) + 2 * BUCKETS:
        raise ModelError("this file is no context model")
    return Model(struct.unpack(f"<{BUCKETS}e", data[len(_MAGIC) :]))


@cache
def shipped_model() -> Model | None:
    """Give the model that comes with the package, or None when it was taken out."""
    return from_bytes(ARTEFACT.read_bytes()) if ARTEFACT.exists() else None
