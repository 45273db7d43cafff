"""The arrays that the ranking is made of: rows of the inventory, and numbers about them."""

import numpy as np
from numpy.typing import NDArray

#: Rows of items in the inventory; -1 pads.
Rows = NDArray[np.int64]

Floats = NDArray[np.float32]
