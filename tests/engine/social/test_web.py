"""The social web's numbers are those of the definitions, reckoned densely on small graphs."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.campaign import Consent
from engine.job import JobCancelled, JobContext
from engine.social import SocialWeb, WebRules, face_permissions, social_web
from engine.social.web import PASS_ON
from tests.engine.social.conftest import plain_ties, ties_of

NAMES = [f"{number:02d}" for number in range(9)]

graphs = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 5),
    max_size=40,
).map(lambda pairs: [(one, other, calls) for (one, other), calls in pairs.items()])


def dense(rows: list[tuple[str, str, int]], customers: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return keys, share and reach from a dense matrix; reach by going through all ways of one and two steps."""
    keys = sorted({party for row in rows for party in row[:2]} | set(customers))
    share = np.zeros((len(keys), len(keys)))
    for one, other, calls in rows:
        if one in customers:
            share[keys.index(one), keys.index(other)] = np.log(1 + calls)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    follow = share * PASS_ON
    reach = np.zeros(len(keys))
    for start in range(len(keys)):
        for reached in range(len(keys)):
            if reached != start:
                ways = [
                    follow[reached, by] * follow[by, start] for by in range(len(keys)) if by not in (start, reached)
                ]
                reach[start] += follow[reached, start] + sum(ways)
    return keys, share, reach


@settings(max_examples=150, deadline=None)
@given(graphs, st.sets(st.sampled_from(NAMES)))
def test_contacts_are_ranked_by_share_times_reach(rows: list[tuple[str, str, int]], some: set[str]) -> None:
    customers = sorted(some)
    web = social_web(plain_ties(rows), customers=customers)
    keys, share, reach = dense(rows, customers)
    assert web.parties.to_pylist() == keys
    np.testing.assert_allclose(web.share.toarray(), share, atol=1e-12)
    np.testing.assert_allclose(web.reach, reach, atol=1e-12)
    for customer in customers:
        own = keys.index(customer)
        expected = sorted(
            (-share[own, other] * reach[other], keys[other]) for other in range(len(keys)) if share[own, other] > 0
        )
        found = web.most_influential(customer, 5)
        assert len(found) == min(5, len(expected))
        np.testing.assert_allclose([each.product for each in found], [-product for product, _ in expected[:5]])
        for each in found:
            assert each.product == each.share * each.reach
            assert each.is_customer == (each.contact in customers)
        assert [(-each.product, each.contact) for each in found] == sorted(
            (-each.product, each.contact) for each in found
        )


@settings(max_examples=100, deadline=None)
@given(graphs)
def test_core_numbers_are_those_of_peeling(rows: list[tuple[str, str, int]]) -> None:
    web = social_web(plain_ties(rows))
    neighbours = {key: set() for key in web.parties.to_pylist()}
    for one, other, _ in rows:
        neighbours[one].add(other)
        neighbours[other].add(one)
    assert web.contacts.tolist() == [len(neighbours[key]) for key in web.parties.to_pylist()]
    for k in range(int(web.core.max(initial=0)) + 2):
        core = set(neighbours)
        while weak := {one for one in core if len(neighbours[one] & core) < k}:
            core -= weak
        assert {key for key, number in zip(neighbours, web.core, strict=True) if number >= k} == core


def test_equal_contacts_stand_in_the_order_of_their_keys() -> None:
    rows = [("m", friend, 3) for friend in ("z", "b", "a", "k")]
    found = social_web(plain_ties(rows)).most_influential("m", 3)
    assert [each.contact for each in found] == ["a", "b", "k"]
    assert len({each.product for each in found}) == 1


def busy_web(rules: WebRules | None = None) -> SocialWeb:
    """A ring of 300 people; all call the hotline, a seller calls all, and a popular person is called back."""
    people = [f"p{number:03d}" for number in range(300)]
    rows = [(one, other, 5) for one, other in zip(people, people[1:] + people[:1], strict=True)]
    rows += [(one, "hotline", 1) for one in people]
    rows += [("seller", one, 1) for one in people]
    rows += [("popular", one, 1) for one in people] + [(one, "popular", 1) for one in people]
    return social_web(plain_ties(rows), customers=people, rules=rules)


def test_hubs_with_one_way_traffic_are_dropped_and_counted() -> None:
    web = busy_web(WebRules(percentile=99.0))
    assert web.hubs == ("hotline", "seller")
    assert web.hub_ties == 600
    assert {each.contact for each in web.most_influential("p000")} == {"p001", "popular"}
    assert web.most_influential("p000")[0].contact == "popular"
    assert not web.most_influential("hotline")


def test_seller_whose_ties_were_pruned_is_still_a_hub() -> None:
    when = datetime(2026, 10, 1)
    records = [("seller", f"p{number:03d}", when, 5, "call") for number in range(300)]
    records += [("p000", "p001", when, 5, "call")]
    ties = ties_of(records)
    assert ties.num_rows == 51
    web = social_web(ties)
    assert (web.hubs, web.hub_ties) == (("seller",), 50)


def test_nobody_with_few_contacts_is_a_hub() -> None:
    web = social_web(plain_ties([("a", f"b{number}", 1) for number in range(99)]))
    assert web.hubs == ()


def test_calls_of_parties_outside_tell_nothing_of_whom_they_listen_to() -> None:
    rows = [("own", "outside", 2), ("outside", "own", 9), ("own", "other", 2)]
    web = social_web(plain_ties(rows), customers=["own", "other"])
    assert web.most_influential("outside") == ()
    assert web.reach[web.number("own")] == 0
    assert [each.is_customer for each in web.most_influential("own")] == [True, False]


def test_self_calls_left_in_the_ties_are_dropped_and_counted() -> None:
    web = social_web(plain_ties([("a", "a", 4), ("a", "b", 1)]), self_calls=3)
    assert web.self_calls == 7
    assert web.most_influential("a")[0].share == 1


def test_customers_without_ties_are_answered_and_strangers_are_not() -> None:
    web = social_web(plain_ties([]), customers=pa.array(["lonely"]))
    assert web.most_influential("lonely") == ()
    with pytest.raises(KeyError):
        web.most_influential("stranger")


def test_cancelled_web_stops() -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        social_web(plain_ties([("a", "b", 1)]), context)


def test_communities_are_the_cliques_of_a_ring_of_cliques() -> None:
    rows = []
    for clique in range(100):
        members = [f"{clique:03d}-{number}" for number in range(8)]
        rows += [(one, other, 1) for one in members for other in members if one != other]
        rows += [(members[0], f"{(clique + 1) % 100:03d}-0", 1)]
    web = social_web(plain_ties(rows))
    found = web.communities()
    expected = np.repeat(np.arange(100), 8)
    assert (found == expected).all()
    assert (web.communities() == found).all()


def test_only_a_customer_whose_own_consent_holds_may_be_a_face() -> None:
    today = date(2026, 11, 22)
    given_on = date(2026, 3, 3)
    consents = {
        "agrees": Consent("agrees", given_on, "customers.csv"),
        "ended": Consent("ended", given_on, "customers.csv", ends_on=date(2026, 11, 21)),
        "withdrawn": Consent("withdrawn", given_on, "customers.csv", withdrawn_on=today),
        "outside": Consent("outside", given_on, "customers.csv"),
        "mixed": Consent("agrees", given_on, "customers.csv"),
    }
    contacts = [*(set(consents) - {"outside"}), "never"]
    rows = [("m", contact, 1) for contact in [*contacts, "outside"]]
    web = social_web(plain_ties(rows), customers=["m", *contacts])
    found = face_permissions(web.most_influential("m"), consents.get, today)
    assert {each.contact: each.may_be_used for each in found} == {
        "agrees": True, "ended": False, "withdrawn": False, "outside": False, "mixed": False, "never": False,
    }  # fmt: skip
    assert all(each.reason.endswith(".") for each in found)
