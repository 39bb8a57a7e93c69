"""Faces shared out among ads: nobody too often, and the best for all together."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inventory import assignment
from engine.inventory.assignment import NOBODY, assign_with_cap


def total(candidates: np.ndarray, worth: np.ndarray, chosen: np.ndarray) -> float:
    """Return what an assignment is worth; each photo must be one of its ad's candidates."""
    found = 0.0
    for row, photo in enumerate(chosen):
        if photo != NOBODY:
            (place,) = np.flatnonzero(candidates[row] == photo)
            found += worth[row, place]
    return found


def best_of_all(candidates: np.ndarray, worth: np.ndarray, capacity: np.ndarray) -> float:
    """Try every assignment."""
    found = 0.0
    for places in itertools.product(range(-1, candidates.shape[1]), repeat=len(candidates)):
        used = [candidates[row, place] for row, place in enumerate(places) if place >= 0]
        if NOBODY not in used and all(used.count(photo) <= capacity[photo] for photo in used):
            found = max(found, sum(max(worth[row, place], 0) for row, place in enumerate(places) if place >= 0))
    return found


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    ads, photos, k = draw(st.integers(1, 5)), draw(st.integers(2, 5)), draw(st.integers(1, 2))
    candidates = np.array([random.permutation(photos)[:k] for _ in range(ads)])
    candidates[random.random(candidates.shape) < 0.1] = NOBODY
    return candidates, random.uniform(-0.2, 1.0, candidates.shape), random.integers(0, 3, photos)


@settings(max_examples=80, deadline=None)
@given(problems(), st.booleans())
def test_no_other_assignment_is_better(problem: tuple[np.ndarray, np.ndarray, np.ndarray], by_programme: bool):
    candidates, worth, capacity = problem
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(assignment, "MOST_CELLS", -1 if by_programme else 10**6)
        chosen = assign_with_cap(candidates, worth, capacity)
    assert (np.bincount(chosen[chosen >= 0], minlength=len(capacity)) <= capacity).all()
    assert total(candidates, worth, chosen) == pytest.approx(best_of_all(candidates, worth, capacity), abs=1e-9)


def test_without_a_limit_that_binds_everybody_gets_the_best():
    candidates, worth = np.array([[0, 1], [0, 1], [1, 0]]), np.array([[0.9, 0.5], [0.8, 0.7], [0.6, 0.2]])
    assert assign_with_cap(candidates, worth, np.array([2, 1])).tolist() == [0, 0, 1]
    assert assign_with_cap(candidates, worth, np.array([1, 2])).tolist() == [0, 1, 1], "greed would take .9 + .6"
    assert assign_with_cap(np.empty((2, 0), int), np.empty((2, 0)), np.array([1])).tolist() == [NOBODY, NOBODY]


def test_thousands_of_ads_are_given_out_in_a_moment():
    random = np.random.default_rng(0)
    faces, people = (rows / np.linalg.norm(rows, axis=1)[:, None] for rows in random.normal(size=(2, 3_000, 24)))
    worth = people @ faces[:1_000].T
    candidates = np.argsort(-worth, axis=1)[:, :20]
    worth = np.take_along_axis(worth, candidates, axis=1)
    began = time.process_time()
    chosen = assign_with_cap(candidates, worth, np.full(1_000, 4))
    assert time.process_time() - began < 2
    assert np.bincount(chosen[chosen >= 0]).max() == 4
    greedy, left = 0.0, np.full(1_000, 4)
    for row, photos in enumerate(candidates):
        place = next((place for place, photo in enumerate(photos) if left[photo]), None)
        if place is not None:
            left[photos[place]] -= 1
            greedy += worth[row, place]
    assert total(candidates, worth, chosen) > greedy * 1.005
