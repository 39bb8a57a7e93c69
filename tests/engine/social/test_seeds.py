"""Seeds: what they reach is exact, and the bound on what is possible holds against every choice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.errors import InputError
from engine.job import JobCancelled, JobContext
from engine.social import SocialWeb, choose_seeds, social_web
from engine.social.seeds import GREEDY, reached_by
from engine.social.web import PASS_ON
from tests.engine.social.conftest import plain_ties


def random_web(seed: int, people: int = 12) -> SocialWeb:
    rng = np.random.default_rng(seed)
    names = [f"{number:02d}" for number in range(people)]
    pairs = {tuple(rng.choice(names, 2, replace=False)) for _ in range(people * 3)}
    rows = [(str(one), str(other), int(rng.integers(1, 9))) for one, other in sorted(pairs)]
    return social_web(plain_ties(rows), customers=names[:-2])


def reached_by_brute_force(web: SocialWeb, seeds: set[int]) -> float:
    """Go through every customer's way: whom they follow, and whom that one follows."""
    follow = web.share.toarray() * PASS_ON
    reached = 0.0
    for person in np.flatnonzero(web.is_customer):
        if person in seeds:
            reached += 1.0
            continue
        for first in range(len(follow)):
            reached += follow[person, first] * (
                1.0 if first in seeds else sum(follow[first, second] for second in seeds)
            )
    return reached


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 3])
def test_seeds_are_as_good_as_said_against_every_choice(seed: int, k: int) -> None:
    web = random_web(seed)
    best = max(reached_by_brute_force(web, set(some)) for some in combinations(np.flatnonzero(web.is_customer), k))
    found = choose_seeds(web, k, error=0.1)
    reached = reached_by_brute_force(web, {web.number(one) for one in found.customers})
    assert found.reached == pytest.approx(reached)
    assert best <= found.best_possible + 1e-9
    assert found.guarantee == pytest.approx(reached / found.best_possible)
    assert found.guarantee >= GREEDY - 0.1
    assert reached >= found.guarantee * best


def test_one_seed_reaches_what_its_reach_says_and_itself() -> None:
    web = random_web(1)
    for person in np.flatnonzero(web.is_customer):
        assert reached_by(web.share, web.is_customer, np.array([person])) == pytest.approx(1 + web.reach[person])


def test_smaller_error_costs_more_samples_and_is_kept() -> None:
    web = random_web(2, people=400)
    found = [choose_seeds(web, 4, error=error, enough=0.0) for error in (0.3, 0.1, 0.01)]
    assert [one.samples for one in found] == sorted(one.samples for one in found)
    assert found[0].samples < found[2].samples
    assert found[2].guarantee >= GREEDY - 0.01


def test_sampling_goes_on_until_the_choice_is_shown_to_be_good_enough() -> None:
    web = random_web(2, people=400)
    assert choose_seeds(web, 4, enough=0.95).guarantee >= 0.95


def test_same_seed_gives_the_same_choice_whatever_the_order_of_the_ties() -> None:
    rows = [(f"{one:02d}", f"{(one * step) % 31:02d}", 1) for one in range(1, 31) for step in (3, 5) if one]
    webs = [social_web(plain_ties(some)) for some in (rows, rows[::-1])]
    assert choose_seeds(webs[0], 5, seed=7) == choose_seeds(webs[1], 5, seed=7)


def test_only_customers_among_the_candidates_are_chosen() -> None:
    web = random_web(3)
    assert set(choose_seeds(web, 99).customers) == {f"{number:02d}" for number in range(10)}
    assert set(choose_seeds(web, 2, candidates=["05", "11", "07"]).customers) == {"05", "07"}
    assert choose_seeds(web, 2, candidates=[]).customers == ()
    with pytest.raises(KeyError, match="stranger"):
        choose_seeds(web, 2, candidates=["05", "stranger"])
    with pytest.raises(InputError):
        choose_seeds(web, 0)


def test_cancelled_choice_stops() -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        choose_seeds(random_web(1), 2, context=context)
