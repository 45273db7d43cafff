"""Content vectors along the first axes, so that products can be worked out by hand."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from freshet.models.embedding import DIMENSION
from harness.ranking import SPACE


def vector(*axes: float) -> NDArray[np.float32]:
    """A content vector of these first coordinates."""
    return np.pad(np.array(axes, np.float32), (0, DIMENSION - len(axes)))


def slow_vector(*axes: float) -> bytes:
    """The same as a state keeps it, in the tests' space."""
    return vector(*axes).astype("<f2").tobytes() + crc32(SPACE.encode()).to_bytes(4, "little")
