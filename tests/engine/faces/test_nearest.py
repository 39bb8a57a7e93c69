"""The search by bytes first: its answer is that of the whole product, whatever the faces are like."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.faces import nearest
from engine.faces.nearest import TIE_DIGITS, Embeddings, largest, reached_by

KINDS = ("scattered", "in clusters", "copies", "a hair apart", "peaks", "all one")


@pytest.fixture(autouse=True, scope="module")
def bytes_are_always_used() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "MANY", 0)
        yield


def gallery(kind: str, count: int, random: np.random.Generator) -> np.ndarray:
    rows = random.normal(size=(count, 512))
    if kind == "in clusters":
        rows = rows[random.integers(0, min(3, count), count)] + 10.0 ** random.uniform(-4, -1) * random.normal(
            size=(count, 512)
        )
    elif kind == "copies":
        rows = rows[random.integers(0, 1 + count // 8, count)]
    elif kind == "a hair apart":
        rows = rows[0] + 3e-5 * random.normal(size=(count, 512))
    elif kind == "peaks":
        rows *= 1e-3
        rows[np.arange(count), random.integers(0, 512, count)] = random.choice([-1.0, 1.0], count)
    elif kind == "all one":
        rows[:] = rows[0]
    return (rows / np.linalg.norm(rows, axis=1)[:, None]).astype(np.float32)


@given(st.sampled_from(KINDS), st.integers(1, 900), st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=60, deadline=None)
def test_the_nearest_are_those_of_the_whole_product_in_its_order(kind: str, count: int, seed: int, data: st.DataObject):
    random = np.random.default_rng(seed)
    rows = gallery(kind, count, random)
    probe = rows[random.integers(count)].astype(np.float64) + data.draw(
        st.sampled_from((0.0, 1e-4, 0.05, 1.0))
    ) * random.normal(size=512)
    probe = (probe / np.linalg.norm(probe)).astype(np.float32)
    k = data.draw(st.one_of(st.integers(1, 30), st.integers(max(1, count - 2), count + 2)))
    whole = np.round(rows.astype(np.float64) @ probe.astype(np.float64), TIE_DIGITS)
    expected = np.argsort(-whole, kind="stable")[:k]
    places, cosines = Embeddings(rows).nearest(probe, k)
    assert places.tolist() == expected.tolist()
    assert cosines == pytest.approx(whole[expected], abs=1e-7)


@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1), st.sampled_from((0, 10**6)))
@settings(max_examples=30, deadline=None)
def test_every_cosine_lies_between_its_bounds(kind: str, seed: int, many: int):
    random = np.random.default_rng(seed)
    rows, probe = gallery(kind, 200, random), gallery("scattered", 1, random)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "MANY", many)
        low, high = Embeddings(rows).bounds(probe)
    exact = rows.astype(np.float64) @ probe.astype(np.float64)
    assert (low <= exact - 1e-6).all() and (exact + 1e-6 <= high).all()
    assert kind != "scattered" or (high - low).max() < 0.05


def test_of_many_faces_only_a_few_are_multiplied_out():
    random = np.random.default_rng(0)
    rows, probe = gallery("scattered", 30_000, random), gallery("scattered", 1, random)[0]
    low, high = Embeddings(rows).bounds(probe)
    assert (high >= reached_by(low, 5)).sum() < 400


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_largest_are_found_among_many_with_their_ties(k: int, seed: int, tied: bool):
    values = np.random.default_rng(seed).normal(size=4 * 40 * nearest.STRETCH + seed % 300).astype(np.float32)
    if tied:
        values = np.round(values, 1)
    assert (values >= reached_by(values, k)).sum() >= k
    assert largest(values, k).tolist() == np.argsort(-values, kind="stable")[:k].tolist()
