"""How near a candidate is to the user's interests, in content."""

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.features.feature import Feature, FeatureInputs, embeddings


def _cosines(inputs: FeatureInputs) -> Floats:
    """With the three interest vectors, [b, 3, k]: shared work."""
    cosines: Floats = inputs.users.interests @ inputs.once(embeddings).transpose(0, 2, 1)
    return cosines


CONTENT_FAST = Feature(
    "content_fast",
    "cosine with the interest of this hour",
    lambda inputs: inputs.once(_cosines)[:, 0],
)
CONTENT_MIDDLING = Feature(
    "content_middling",
    "cosine with the interest of these days",
    lambda inputs: inputs.once(_cosines)[:, 1],
)
CONTENT_SLOW = Feature(
    "content_slow",
    "cosine with what the user has always liked",
    lambda inputs: inputs.once(_cosines)[:, 2],
)
