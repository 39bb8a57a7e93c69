from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError, ModelError
from engine.inventory import Looks
from engine.taste import learn_metric, learn_weights
from engine.taste.comparisons import compare
from engine.taste.evaluation import ceiling, folds, held_out, told_apart
from engine.taste.intervals import Interval
from engine.taste.weights import fit_weights
from engine.threads import one_thread
from tests.engine.taste.designers import SCALE, Answer, Faces, coin, dealt

TASTE = (0.4, 0.3, 0.3)


def planted(faces: Faces, seed: int, count: int, taste: tuple[float, float, float] = TASTE):
    asked, _ = dealt(faces.looks, seed)
    return faces.ask(faces.designer(taste, seed), count, asked, seed)


def weights(faces: Faces, judgements) -> np.ndarray:
    with one_thread():
        found = fit_weights(compare(judgements, faces.looks, SCALE))
    return found / found.sum()


def test_fifty_judgements_lift_the_accuracy_on_other_people_as_planted(faces: Faces):
    figures = []
    for seed in range(5):
        asked, others = dealt(faces.looks, seed)
        found = weights(faces, faces.ask(faces.designer(TASTE, seed), 50, asked, seed))
        figures.append(
            [faces.accuracy(by, faces.designer(TASTE, seed + 99), others, seed) for by in ((1, 0, 0), found, TASTE)]
        )
    plain, learnt, best = np.mean(figures, axis=0)
    assert plain < 0.82
    assert learnt > plain + 0.06
    assert learnt > best - 0.03


def test_the_planted_weights_are_found_within_the_noise(faces: Faces):
    for taste in (TASTE, (0.7, 0.1, 0.2), (0.3, 0.6, 0.1)):
        found = np.array([weights(faces, planted(faces, seed, 150, taste)) for seed in range(5)])
        assert found.mean(axis=0) == pytest.approx(taste, abs=0.1)
        assert found == pytest.approx(np.tile(taste, (5, 1)), abs=0.3)


def test_a_taste_is_offered_with_its_figures(faces: Faces):
    judgements = planted(faces, 2, 300)
    learnt = learn_weights(judgements, faces.looks, SCALE)
    assert learnt.is_offered and learnt.evaluation.difference == "clearly better"
    assert (learnt.evaluation.judgements, learnt.evaluation.people) == (300, 48)
    assert learnt.weights.face + learnt.weights.age + learnt.weights.hair == pytest.approx(1)
    gain = learnt.evaluation.gain
    assert 0 < gain.low < gain.estimate < gain.high
    assert gain.estimate == pytest.approx(learnt.evaluation.learnt.estimate - learnt.evaluation.plain.estimate)
    most = learnt.evaluation.ceiling
    assert most is not None and most.repeats == 30
    assert most.at_most.low < learnt.evaluation.learnt.estimate < most.at_most.high


def offered_to(faces: Faces, answers: Sequence[Answer], count: int) -> list[bool]:
    """Return to whom of some designers something is offered; by chance it is to one in forty."""
    found = []
    for seed, answer in enumerate(answers):
        asked, _ = dealt(faces.looks, seed)
        found.append(learn_weights(faces.ask(answer, count, asked, seed), faces.looks, SCALE).is_offered)
    return found


def test_who_answers_by_a_coin_is_offered_nothing(faces: Faces):
    assert sum(offered_to(faces, [coin(seed) for seed in range(10)], 60)) <= 2


def test_who_goes_by_the_cosine_is_offered_nothing(faces: Faces):
    by_cosine = [faces.designer((1.0, 0.0, 0.0), seed) for seed in range(4)]
    assert sum(offered_to(faces, by_cosine, 60)) <= 1
    learnt = learn_weights(planted(faces, 0, 100, (1.0, 0.0, 0.0)), faces.looks, SCALE)
    assert learnt.weights.face > 0.5


def test_no_clear_difference_is_said_where_the_interval_holds_nothing():
    assert told_apart(Interval(0.05, -0.01, 0.11)) == "no clear difference"
    assert told_apart(Interval(0.05, 0.01, 0.09)) == "clearly better"
    assert told_apart(Interval(-0.05, -0.09, -0.01)) == "clearly worse"


def test_no_weight_is_negative_even_for_who_prefers_unlike_hair(faces: Faces):
    found = learn_weights(planted(faces, 3, 100, (0.6, 0.2, -0.4)), faces.looks, SCALE).weights
    assert found.hair == 0
    assert found.face > 0 and found.age >= 0
    against_all = learn_weights(planted(faces, 3, 100, (-1.0, -0.5, -0.5)), faces.looks, SCALE)
    assert (against_all.weights.face, against_all.weights.age, against_all.weights.hair) == (1, 0, 0)
    assert not against_all.is_offered


def test_with_fewer_than_thirty_answers_a_sentence_says_how_many_are_missing(faces: Faces):
    judgements = planted(faces, 0, 40)
    judgements = [replace(one, chosen="skip") if at % 2 else one for at, one in enumerate(judgements)]
    with pytest.raises(InputError, match=r"There are 20 answers .* the weights need 30\. Answer 10 more\."):
        learn_weights(judgements, faces.looks, SCALE)
    with pytest.raises(InputError, match=r"There are 40 answers .* a metric of faces needs 1,000\. Answer 960 more\."):
        learn_metric(planted(faces, 0, 40), faces.looks, SCALE)


def test_answers_about_one_person_alone_are_not_enough(faces: Faces):
    judgements = faces.ask(faces.designer(TASTE, 0), 40, faces.looks.keys[:2], 0)
    with pytest.raises(InputError, match="All answers are about 2 people"):
        learn_weights(judgements, faces.looks, SCALE)


def test_no_person_is_on_both_sides():
    persons = np.array([f"p{number % 17}" for number in range(200)])
    parts = list(folds(persons, 10, seed=4))
    assert np.sum(parts, axis=0).tolist() == [1] * 200
    for left_out in parts:
        assert not set(persons[left_out]) & set(persons[~left_out])


def test_who_is_left_out_was_not_seen_among_the_candidates_either(faces: Faces):
    comparisons = compare(planted(faces, 0, 200), faces.looks, SCALE)
    seen = []

    def fit(part):
        seen.append(set(part.faces.ravel().tolist()))
        return lambda others: np.array([float(seen[-1].isdisjoint({face})) for face in others.faces[0]])

    assert held_out(comparisons, fit, seed=0, even_as_candidates=True).all()
    assert len(seen) == 10 and min(map(len, seen)) > 20
    assert not held_out(comparisons, fit, seed=0).all()


def test_what_is_not_known_says_nothing(faces: Faces):
    ageless = replace(faces.looks, ages=np.full_like(faces.looks.ages, np.nan))
    learnt = learn_weights(planted(faces, 1, 100), ageless, SCALE)
    assert learnt.weights.age == 0
    assert learnt.evaluation.judgements == 100


def test_photos_of_two_networks_are_not_compared(faces: Faces):
    half = len(faces.looks) // 2
    mixed = replace(faces.looks, models=(*faces.looks.models[:half], *["other"] * (len(faces.looks) - half)))
    with pytest.raises(ModelError, match="different face networks"):
        learn_weights(planted(faces, 0, 40), mixed, SCALE)


def test_the_ceiling_comes_from_what_was_asked_twice(faces: Faces):
    judgements = planted(faces, 5, 400)
    assert ceiling(judgements[:5]) is None
    by_number = {one.number: one for one in judgements}
    same = [
        replace(one, chosen="ba"["ab".index(by_number[one.repeat_of].chosen)]) if one.repeat_of else one
        for one in judgements
    ]
    sure = ceiling(same)
    assert sure is not None and (sure.repeats, sure.agreed, sure.at_most.estimate) == (40, 40, 1.0)
    lot = np.random.default_rng(0)  # a designer who gives the usual answer in eight of ten cases
    shaky = ceiling(
        [replace(one, chosen=one.chosen if lot.random() < 0.8 else "ba"["ab".index(one.chosen)]) for one in same]
    )
    assert shaky is not None
    assert shaky.at_most.low < 0.8 < shaky.at_most.high


def own_taste(looks: Looks, seed: int, strength: float) -> np.ndarray:
    """Return what somebody sees in each two faces beyond cosine, age and hair: likeness in five hidden traits."""
    lot = np.random.default_rng([seed, 5])
    rows = looks.embeddings - looks.embeddings.mean(axis=0)
    traits = np.linalg.svd(rows, full_matrices=False)[0][:, :8] @ lot.normal(size=(8, 5))
    traits /= np.linalg.norm(traits, axis=1, keepdims=True)
    return strength * (traits @ traits.T)


def test_from_a_thousand_judgements_a_metric_is_offered_where_there_is_one(faces: Faces):
    with_traits = faces.designer((0.6, 0.2, 0.2), 1, extra=own_taste(faces.looks, 1, 0.25))
    learnt = learn_metric(faces.ask(with_traits, 1_200, faces.looks.keys, 1), faces.looks, SCALE)
    assert learnt.is_offered and learnt.metric is not None and learnt.over_weights is not None
    assert learnt.over_weights.estimate > 0.03
    assert learnt.network == faces.looks.models[0]
    whole = learnt.weights.face / (SCALE.one_person - SCALE.strangers)
    assert np.linalg.eigvalsh(learnt.metric.strength).min() >= -whole - 1e-9  # a metric: no face is unlike itself
    without = learn_metric(faces.ask(faces.designer(TASTE, 2), 1_000, faces.looks.keys, 2), faces.looks, SCALE)
    assert without.evaluation.difference == "clearly better"  # by the weights
    assert not without.is_offered
