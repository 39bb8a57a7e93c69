from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.faces import Gallery, LikenessScale, likeness, likeness_words, may_be_the_customer, pair_cosines


@pytest.mark.parametrize(
    ("cosine", "value"), [(0.23, 0), (0.93, 100), (0.58, 50), (0.65, 60), (-0.4, 0), (1.0, 100), (0.37, 20)]
)
def test_the_scale_runs_from_strangers_to_one_person(cosine: float, value: int):
    assert likeness(cosine) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (100, "very alike"),
        (60, "very alike"),
        (59, "alike"),
        (40, "alike"),
        (39, "some likeness"),
        (20, "some likeness"),
        (19, "little likeness"),
        (0, "little likeness"),
    ],
)
def test_the_words_change_at_60_40_and_20(value: int, words: str):
    assert likeness_words(value) == words


def test_over_85_somebody_looks_first():
    assert [may_be_the_customer(value) for value in (84, 85, 86)] == [False, False, True]


def test_the_scale_is_measured_on_the_campaigns_own_photos(neutral: Gallery, smiling: Gallery):
    people = [name.split("/")[-1].split("_")[0] for name in neutral.names]
    rows = [smiling.embeddings[smiling.names.index(f"{name}_smiling.jpg")] for name in people]
    same = (neutral.embeddings * rows).sum(axis=1)
    scale = LikenessScale.from_pairs(pair_cosines(neutral.embeddings), same)
    assert (scale.strangers, scale.one_person) == (pytest.approx(0.23, abs=0.02), pytest.approx(0.93, abs=0.01))
    values = [likeness(float(cosine), scale) for cosine in same]
    assert np.median(values) == 100
    assert min(values) > 80


def test_too_few_photos_leave_the_demos_scale():
    assert LikenessScale.from_pairs([0.5] * 44) == LikenessScale(0.23, 0.93)
    assert LikenessScale.from_pairs([0.3] * 45) == LikenessScale(0.3, 0.93)
    assert LikenessScale.from_pairs([1.0] * 45) == LikenessScale(0.23, 0.93)  # one photo under ten names
    assert LikenessScale.from_pairs([], [0.75, 1.0]) == LikenessScale(0.23, 0.875)


def test_a_scale_must_rise():
    for strangers, one_person in ((0.5, 0.5), (0.9, 0.2), (-2.0, 0.5), (float("nan"), 0.9)):
        with pytest.raises(ValueError):
            LikenessScale(strangers, one_person)


def test_of_many_photos_a_thousand_are_paired():
    rows = np.random.default_rng(0).normal(size=(2_500, 512)).astype(np.float32)
    assert len(pair_cosines(rows[:40])) == 780
    assert len(pair_cosines(rows)) == 834 * 833 // 2
    assert len(pair_cosines(rows[:1])) == 0


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_nearer_is_never_less_alike(first: float, second: float):
    low, high = sorted((first, second))
    assert 0 <= likeness(low) <= likeness(high) <= 100
