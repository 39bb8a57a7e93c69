from __future__ import annotations

from collections import Counter

from engine.campaign import Judgement
from engine.taste import next_question
from tests.engine.taste.designers import AT

PEOPLE = {f"p{number:02d}": None for number in range(20)}
PHOTOS = [f"photo{number:02d}" for number in range(30)]


def ranking(_probe: str) -> list[str]:
    return PHOTOS


def session(count: int, seed: int = 1, skip_every: int = 0) -> list[Judgement]:
    judgements: list[Judgement] = []
    for number in range(1, count + 1):
        one = next_question(judgements, PEOPLE, ranking, seed=seed)
        assert one is not None
        chosen = "skip" if skip_every and number % skip_every == 0 else "a"
        judgements.append(Judgement(number, one.probe, one.customer, one.a, one.b, chosen, AT, one.repeat_of))
    return judgements


def test_the_same_answers_and_seed_bring_the_same_questions():
    first = session(60)
    assert session(60) == first
    assert session(60, seed=2) != first
    undone = next_question(first[:-1], PEOPLE, ranking, seed=1)
    assert undone is not None
    assert (undone.probe, undone.a, undone.b) == (first[-1].probe, first[-1].a, first[-1].b)


def test_one_question_of_ten_is_an_earlier_one_with_the_sides_swapped():
    judgements = session(200, skip_every=7)
    by_number = {one.number: one for one in judgements}
    repeats = [one for one in judgements if one.repeat_of is not None]
    assert len(repeats) == 20
    assert len({one.repeat_of for one in repeats}) == 20
    for one in repeats:
        first = by_number[one.repeat_of]
        assert (one.probe, one.a, one.b) == (first.probe, first.b, first.a)
        assert first.chosen != "skip" and first.repeat_of is None
        assert one.number - first.number > 5
    assert all(sum(one.repeat_of is not None for one in judgements[at : at + 10]) == 1 for at in range(0, 200, 10))


def test_both_candidates_are_among_the_ten_most_alike_and_no_pair_comes_twice():
    new = [one for one in session(300) if one.repeat_of is None]
    assert {one.a for one in new} | {one.b for one in new} == set(PHOTOS[:10])
    assert len({(one.probe, frozenset((one.a, one.b))) for one in new}) == len(new)
    left = sum(PHOTOS.index(one.a) < PHOTOS.index(one.b) for one in new)
    assert 0.4 < left / len(new) < 0.6  # the more alike stands left as often as right


def test_people_are_asked_about_equally_often():
    times = Counter(one.probe for one in session(200))
    assert set(times.values()) <= {9, 10, 11}


def test_it_ends_when_all_pairs_were_asked():
    judgements: list[Judgement] = []
    while True:
        one = next_question(judgements, {"p": None}, lambda _probe: PHOTOS[:4], seed=0)
        if one is None:
            break
        judgements.append(Judgement(len(judgements) + 1, one.probe, None, one.a, one.b, "b", AT, one.repeat_of))
    assert sum(one.repeat_of is None for one in judgements) == 6


def test_a_question_about_a_photo_that_is_gone_is_not_repeated():
    judgements = session(60)
    gone = {one.a for one in judgements[:50]}
    for at in range(50, 60):
        one = next_question(judgements[:at], PEOPLE, lambda _p: [key for key in PHOTOS if key not in gone], seed=1)
        assert one is None or not {one.a, one.b} & gone


def test_a_face_that_is_no_longer_there_is_not_asked_about():
    judgements = session(60)
    some = dict(list(PEOPLE.items())[:3])
    for at in range(40, 60):
        one = next_question(judgements[:at], some, ranking, seed=1)
        assert one is not None and one.probe in some
