"""The ranking by face, age and hair, and the sentence that says why."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.campaign import Appearance
from engine.errors import InputError, ModelError
from engine.faces import Gallery, LikenessScale, facenet_sha256, likeness, nearest
from engine.inventory import Looks, MatchWeights, rank
from engine.inventory.metric import Metric
from engine.inventory.ranking import HAIR, YEARS, parts_of


def looks(count: int, seed: int = 0, known: float = 1.0) -> Looks:
    """Return faces of which many are somewhat alike; hair and age of a share of them are known."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, 512)) + 1.2 * random.normal(size=512)
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    appearances = [
        Appearance(
            (random.uniform(5, 80), random.uniform(-5, 20), random.uniform(-5, 40))
            if random.random() < known
            else None,
            (age := random.integers(18, 60), age + 10) if random.random() < known else None,
        )
        for _ in range(count)
    ]
    keys = [f"{number:05d}.jpg" for number in range(count)]
    return Looks.of(keys, rows, appearances, [facenet_sha256()] * count)


def one(of: Looks, place: int) -> Looks:
    return of.only(np.array([place]))


@given(st.integers(0, 2**16), st.integers(1, 40), st.integers(1, 60))
@settings(max_examples=20, deadline=None)
def test_by_the_face_alone_it_is_the_exact_search(seed: int, count: int, most: int):
    faces, probe = looks(count, seed, known=0.5), one(looks(1, seed + 1), 0)
    found = rank(probe, faces, MatchWeights(2, 0, 0), most=most)
    expected = Gallery(faces.keys, faces.embeddings).search(probe.embeddings[0], most)
    assert [face.photo for face in found] == [match.photo for match in expected]
    assert [face.cosine for face in found] == pytest.approx(
        [match.cosine for match in expected], abs=1.1e-6
    )  # a last digit
    assert [face.rank for face in found] == list(range(1, len(found) + 1))


@given(st.integers(0, 2**16), st.integers(1, 300), st.integers(1, 12), st.sampled_from((0, 10**6)))
@settings(max_examples=40, deadline=None)
def test_the_first_of_a_ranking_are_the_first_of_the_whole_ranking(seed: int, count: int, most: int, many: int):
    random = np.random.default_rng(seed)
    faces, probe = looks(count, seed, known=0.7), one(looks(1, seed + 1), 0)
    faces = faces.only(np.sort(random.integers(0, count, count)))  # some come twice
    faces = replace(faces, keys=tuple(f"{place:04d}" for place in range(count)))
    lot = random.uniform(0, 1, 3).round(1)
    weights = MatchWeights(float(lot[0]) + 0.1, float(lot[1]), float(lot[2]))
    scale = LikenessScale(float(random.uniform(0.1, 0.8)), 0.93)
    pins, bans = ({faces.keys[place] for place in random.integers(0, count, 2)} for _ in range(2))
    directions = np.linalg.qr(random.normal(size=(512, 4)))[0].T
    metric = Metric(np.zeros(512), directions, np.diag(random.uniform(0, 1, 4))) if seed % 2 else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "MANY", many)
        found = rank(probe, faces, weights, scale, metric=metric, pins=pins, bans=bans, most=most)
        whole = rank(probe, faces, weights, scale, metric=metric, pins=pins, bans=bans, most=count)
    pinned = sum(face.is_pinned for face in whole)
    assert found == whole[: max(most, pinned)]


def test_age_and_hair_move_faces_by_their_weights():
    faces = looks(400, seed=3)
    probe, scale = one(faces, 7), LikenessScale(0.2, 0.9)
    near = rank(probe, faces, MatchWeights(1, 0, 0), scale, bans={faces.keys[7]})
    by_age = rank(probe, faces, MatchWeights(1, 2, 0), scale, bans={faces.keys[7]})
    by_hair = rank(probe, faces, MatchWeights(1, 0, 2), scale, bans={faces.keys[7]})
    assert np.mean([face.years_apart for face in by_age[:10]]) < 0.5 * np.mean([face.years_apart for face in near[:10]])
    hair = [np.mean([face.hair_difference for face in found[:10]]) for found in (by_hair, near)]
    assert hair[0] < 0.7 * hair[1]
    for face in by_age:
        place = faces.keys.index(face.photo)
        assert face.years_apart == pytest.approx(abs(faces.ages[place] - faces.ages[7]))
        assert face.hair_difference == pytest.approx(float(np.linalg.norm(faces.hair[place] - faces.hair[7])), rel=1e-5)
        share = (face.cosine - 0.2) / 0.7
        assert face.score == pytest.approx((share + 2 * max(0, 1 - face.years_apart / YEARS)) / 3, abs=1e-5)


def test_who_is_close_stays_before_who_is_not():
    faces = looks(300, seed=4)
    scale = LikenessScale(float(np.median(faces.embeddings @ faces.embeddings[0])), 0.8)
    found = rank(one(faces, 0), faces, MatchWeights(0.01, 1, 1), scale, most=300)
    is_near = [likeness(face.cosine, scale) >= 20 for face in found]
    assert 3 < sum(is_near) < 290
    assert is_near == sorted(is_near, reverse=True)
    scores = [face.score for face, near in zip(found, is_near, strict=True) if near]
    assert scores == sorted(scores, reverse=True)


def test_pins_come_first_and_bans_not_at_all():
    faces = looks(50, seed=5)
    plain = [face.photo for face in rank(one(faces, 0), faces, most=50)]
    found = rank(one(faces, 0), faces, pins={plain[30], plain[31]}, bans={plain[1], plain[31]}, most=10)
    assert [face.photo for face in found][:3] == [plain[30], plain[0], plain[2]]
    assert [face.is_pinned for face in found] == [True] + [False] * 9
    assert rank(one(faces, 0), faces, bans=set(plain)) == ()


def test_what_is_not_known_counts_as_the_others_do_on_average():
    faces = looks(60, seed=6)
    faces.hair[3] = np.nan
    others = np.delete(parts_of(one(faces, 0), faces, LikenessScale())[0, :, 2], 3)
    found = rank(one(faces, 0), faces, MatchWeights(0, 0, 1), most=60)
    assert next(face.score for face in found if face.photo == faces.keys[3]) == pytest.approx(others.mean())
    face = next(face for face in rank(one(faces, 0), faces, most=60) if face.photo == faces.keys[3])
    assert (face.hair_difference, face.bars[2]) == (None, None)
    assert "hair" not in face.sentence
    nobody = replace(faces, ages=np.full(60, np.nan, np.float32))
    assert len(rank(one(nobody, 0), nobody, MatchWeights(1, 1, 1))) == 24


def test_a_match_is_explained_by_three_bars_and_a_sentence():
    row = np.zeros((3, 512), np.float32)
    row[0, 0] = 1
    row[1, :2] = 0.8, 0.6
    row[2, :2] = 0.4, np.sqrt(1 - 0.16)
    known = [Appearance((20, 0, 0), (30, 40)), Appearance((30, 0, 0), (33, 43)), Appearance((75, 0, 0), (57, 67))]
    faces = Looks.of(["probe", "a", "b"], row, known, [facenet_sha256()] * 3)
    scale = LikenessScale(0.23, 0.93)
    me, a, b = rank(one(faces, 0), faces, scale=scale)
    assert (a.sentence, a.bars) == (
        "Very alike; 3 years apart; hair nearly the same.",
        (81, 92, round(100 - 1000 / HAIR)),
    )
    assert b.sentence == "Some likeness; 27 years apart; different hair."
    assert me.sentence == "Very alike; of the same age; hair nearly the same."
    assert (me.may_be_the_customer, a.may_be_the_customer) == (True, False)


def test_weights_must_weigh_something_and_networks_are_never_mixed():
    for wrong in ((0, 0, 0), (1, -1, 0), (float("nan"), 1, 1)):
        with pytest.raises(InputError, match="weights"):
            MatchWeights(*wrong)
    faces = looks(3)
    with pytest.raises(ModelError, match="different face networks"):
        rank(one(faces, 0), replace(faces, models=("0" * 64, *faces.models[1:])))


def test_10_000_photos_are_ranked_while_a_slider_moves():
    faces = looks(1_000)
    many = faces.only(np.tile(np.arange(1_000), 10))
    many = replace(many, keys=tuple(f"{number}.jpg" for number in range(10_000)))
    best = min(
        _seconds(lambda: rank(one(faces, 5), many, MatchWeights(1, 0.3, 0.2), pins={"77.jpg"})) for _ in range(7)
    )
    assert best < 0.02


def _seconds(work) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
