from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.taste.recognition import answers_met, recognition


def photos(people: int, spread: float, each: int = 3) -> tuple[np.ndarray, list[str]]:
    """Return embeddings of people's photos that lie so far about each person's own place."""
    lot = np.random.default_rng(people)
    names = [f"p{number:02d}" for number in range(people) for _ in range(each)]
    rows = np.repeat(lot.normal(size=(people, 512)), each, axis=0) + spread * lot.normal(size=(people * each, 512))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), names


def test_the_figures_are_those_of_each_person_and_their_gain_is_paired():
    (worse, names), (better, _) = photos(20, 4.0), photos(20, 2.0)
    found = recognition(worse, better, names)
    assert (found.people, found.photos) == (20, 60)
    areas = []
    for name in sorted(set(names)):
        mine = np.array(names) == name
        own = (worse @ worse.T)[np.ix_(mine, mine)][np.triu_indices(3, 1)]
        other = (worse @ worse.T)[np.ix_(mine, ~mine)].ravel()
        areas.append(roc_auc_score(np.r_[np.ones(len(own)), np.zeros(len(other))], np.r_[own, other]))
    assert found.auc_before.estimate == pytest.approx(np.mean(areas))
    assert found.auc_gain.estimate == pytest.approx(found.auc_after.estimate - found.auc_before.estimate)
    assert found.auc_gain.low > 0 and found.rank_1_gain.low > 0
    assert not found.falls
    assert recognition(better, worse, names).falls
    assert not recognition(worse, worse, names).falls


def test_a_person_of_whom_there_is_one_photo_can_only_be_mistaken_for_another():
    rows, names = photos(10, 2.0)
    found = recognition(rows, rows, [*names[:-2], "alone", "lonely"])
    assert (found.people, found.photos) == (9, 30)
    with pytest.raises(ValueError, match="nobody is there twice"):
        recognition(rows[:2], rows[:2], ["a", "b"])


def test_answers_are_met_by_the_nearer_of_two():
    rows, _ = photos(10, 1.0, each=2)
    triplets = np.array([(2 * one, 2 * one + 1, (2 * one + 4) % 20) for one in range(10)])
    assert answers_met(rows, rows, triplets).after.estimate == 1.0
    found = answers_met(rows, -rows[::-1], triplets[:, [0, 2, 1]])
    assert (found.people, found.judgements, found.before.estimate) == (10, 10, 0.0)
    assert not found.falls
    assert answers_met(rows, np.roll(rows, 1, axis=0), triplets).falls
