"""The tags of candidates and of users as columns of small tables: shared work of features."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.inventory import MAX_TAGS

#: Sums over an item's tags; as a product it is far quicker than a sum over a short axis.
_EACH = np.ones(MAX_TAGS, np.float32)


class TagColumns(NamedTuple):
    """A column for each tag that matters to a user of the micro-batch.

    So tables stay small however many tags the catalog knows.

    Attributes:
        codes: of the tag of each column; column 0 stands for all tags that do not matter.
        column: of each code.
    """

    codes: Rows
    column: Rows


def tag_columns(matters: NDArray[np.integer], known: int) -> TagColumns:
    """Columns for the codes that matter, of `known` codes with 0, which pads and never matters."""
    wanted = np.zeros(known, np.bool_)
    wanted[matters] = True
    wanted[0] = False
    codes = wanted.nonzero()[0]
    column = np.zeros(known, np.int64)
    column[codes] = np.arange(1, len(codes) + 1)
    return TagColumns(np.insert(codes, 0, 0), column)


def item_tags(inputs: FeatureInputs) -> NDArray[np.int32]:
    """Tag codes of the candidates, [b, k, 12]."""
    tags: NDArray[np.int32] = inputs.inventory.tags.take(inputs.rows, axis=0)
    return tags


def sums(each: Floats) -> Floats:
    """Sums over the tags of each item, [..., 12] to [...]."""
    total: Floats = each @ _EACH
    return total
