"""The selector: diverse, exploring as often as it says, with the propensity that it had."""

import numpy as np

from freshet.domain.ranking.selector import select

RANDOM = np.random.default_rng(5)


def unit(
    vectors: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    lengths: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / lengths).astype(np.float32)


def test_a_twin_of_what_stands_above_gives_way_to_something_else() -> None:
    embeddings = unit(np.array([[[1.0, 0], [1.0, 0.01], [0, 1.0]]]))
    scores = np.array([[3.0, 2.9, 2.75]], np.float32)
    chosen = select(scores, embeddings, 3, 0.0, np.zeros((1, 3, 2)))
    assert chosen.places.tolist() == [[0, 2, 1]]
    assert (chosen.propensity == 1.0).all()


def test_nobody_is_shown_twice_nor_what_must_not_be_shown() -> None:
    scores = RANDOM.normal(size=(50, 20)).astype(np.float32)
    scores[:, ::4] = -np.inf
    embeddings = unit(RANDOM.normal(size=(50, 20, 8)))
    chosen = select(scores, embeddings, 18, 0.5, RANDOM.random((50, 18, 2)))
    for places in chosen.places:
        shown = places[places >= 0]
        assert len(set(shown.tolist())) == len(shown) == 15
        assert not (shown % 4 == 0).any()


def test_picks_come_as_often_as_their_propensity_says() -> None:
    users, pool = 40_000, 6
    scores = np.tile(RANDOM.normal(size=pool), (users, 1)).astype(np.float32)
    embeddings = np.tile(unit(RANDOM.normal(size=(pool, 8))), (users, 1, 1))
    chosen = select(scores, embeddings, 1, 0.3, RANDOM.random((users, 1, 2)))
    for place in range(pool):
        picked = chosen.places[:, 0] == place
        (propensity,) = set(chosen.propensity[picked, 0].tolist())
        assert abs(picked.mean() - propensity) < 0.01


def test_what_being_alike_costs_by_hand() -> None:
    # From a cosine of .9 on, a twin loses a point, what is halfway between half a point.
    for cosine, cost in ((0.5, 0.0), (0.9, 0.0), (0.95, 0.5), (1.0, 1.0)):
        second = [cosine, (1 - cosine**2) ** 0.5, 0.0]
        embeddings = np.array([[[1.0, 0, 0], second, [0, 0, 1.0]]], np.float32)
        for gap in (-0.01, 0.01):
            # The third is by so much better than what is left of the second, or worse.
            scores = np.array([[9.0, 5.0, 5.0 - cost + gap]], np.float32)
            chosen = select(scores, embeddings, 3, 0.0, np.zeros((1, 3, 2)))
            assert chosen.places.tolist() == [[0, 2, 1] if gap > 0 else [0, 1, 2]]


def test_the_largest_likeness_to_what_stands_above_counts_not_the_last() -> None:
    twin_of_the_first, other = [1.0, 0, 0], [0.0, 0, 1]
    embeddings = np.array([[[1.0, 0, 0], [0, 1, 0], twin_of_the_first, other]], np.float32)
    scores = np.array([[9.0, 8.0, 5.0, 4.5]], np.float32)
    chosen = select(scores, embeddings, 4, 0.0, np.zeros((1, 4, 2)))
    assert chosen.places.tolist() == [[0, 1, 3, 2]]


def test_an_exploring_pick_and_its_chance_by_hand() -> None:
    # Three may be shown. First rank: .1 < epsilon, and .5 of three left is the second of them;
    # second rank: by score; third: chance falls on the one that is left, which the score picks too.
    embeddings = np.eye(4, dtype=np.float32)[None]
    scores = np.array([[3.0, -np.inf, 2.0, 1.0]], np.float32)
    uniforms = np.array([[[0.1, 0.5], [0.2, 0.99], [0.0, 0.99], [0.0, 0.0]]])
    chosen = select(scores, embeddings, 4, 0.2, uniforms)
    assert chosen.places.tolist() == [[2, 0, 3, -1]]
    assert chosen.explored.tolist()[0][:3] == [True, False, False]
    expected = [0.2 / 3, 0.8 + 0.2 / 2, 0.8 + 0.2]
    np.testing.assert_allclose(chosen.propensity[0, :3], expected)
