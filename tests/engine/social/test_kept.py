"""What a campaign file keeps of the web is what the web says, and whoever is erased is gone from everybody's circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.campaign import Campaign, Consent, FaceChoice
from engine.columns import HAS_LEFT
from engine.demo.population import simulate_population
from engine.errors import ConsentError, InputError
from engine.social import (
    Circles,
    SocialWeb,
    TieRules,
    campaign_seeds,
    choose_contact,
    choose_seeds,
    leading_contacts,
    social_web,
    write_circle,
)
from engine.social.kept import CIRCLE, MOST_SHOWN, PEOPLE
from tests.engine.campaign.conftest import fake_photo
from tests.engine.social.conftest import plain_ties, web_of
from tests.engine.social.test_web import graphs

TODAY = date(2026, 11, 22)
NAMES = [f"{number:02d}" for number in range(9)]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    path = tmp_path_factory.mktemp("circle") / "circle.semblance"
    with Campaign.create(path, "őszi kampány", name="Circle") as made:
        yield made


def write(campaign: Campaign, web: SocialWeb) -> Circles:
    write_circle(campaign, web, web.communities())
    circles = Circles.read(campaign)
    assert circles is not None
    return circles


def clique(*names: str) -> SocialWeb:
    """A web in which all call each other, and the outsider is called by all."""
    rows = [(one, other, 2) for one in names for other in names if one != other]
    return social_web(plain_ties([*rows, *((one, "outside", 1) for one in names)]), customers=list(names))


def agree(campaign: Campaign, customer: str) -> None:
    campaign.record_consent(Consent(customer, date(2026, 3, 3), "customers.csv"))
    campaign.add_photo(fake_photo(f"{customer}.jpg", customer), on=TODAY)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs, st.sets(st.sampled_from(NAMES), min_size=1), st.integers(1, 9))
def test_kept_circles_are_those_of_the_web(campaign, rows, some, most) -> None:
    customers = sorted(some)
    web = social_web(plain_ties(rows), customers=customers)
    circles = write(campaign, web)
    pairs = {frozenset(row[:2]) for row in rows if row[0] in some}
    assert circles.people["customer"].to_pylist() == customers
    for customer in customers:
        ego = circles.ego_network(customer, most)
        expected = web.most_influential(customer, most)
        assert [each.contact for each in ego.contacts] == [each.contact for each in expected]
        assert [each.is_customer for each in ego.contacts] == [each.is_customer for each in expected]
        np.testing.assert_allclose([each.share for each in ego.contacts], [each.share for each in expected], rtol=1e-6)
        np.testing.assert_allclose([each.reach for each in ego.contacts], [each.reach for each in expected], rtol=1e-6)
        shown = [each.contact for each in ego.contacts]
        places = {(a, b) for a in range(len(shown)) for b in range(a) if frozenset((shown[a], shown[b])) in pairs}
        assert set(ego.links) == {(b, a) for a, b in places}
        assert ego.degree == web.contacts[web.number(customer)]
        assert ego.reach == pytest.approx(web.reach[web.number(customer)], rel=1e-6)


def test_erased_customer_is_gone_as_customer_and_as_contact(campaign: Campaign) -> None:
    circles = write(campaign, clique("anna", "bela", "cili"))
    agree(campaign, "bela")
    choose_contact(campaign, circles, "anna", "bela", TODAY)
    campaign.erase_customer("bela")
    for name in (CIRCLE, PEOPLE):
        assert "bela" not in str(campaign.read_table(name).to_pydict())
    assert campaign.face_choices() == ()
    circles = Circles.read(campaign)
    assert {each.contact for each in circles.contacts("anna")} == {"cili", "outside"}
    assert not circles.has("bela")
    with pytest.raises(KeyError):
        circles.ego_network("bela")


def test_erased_party_outside_is_gone_too(campaign: Campaign) -> None:
    write(campaign, clique("anna", "bela"))
    campaign.erase_customer("outside")
    assert "outside" not in str(campaign.read_table(CIRCLE).to_pydict())


def test_withdrawn_consent_takes_a_customer_out_of_all_circles(campaign: Campaign) -> None:
    circles = write(campaign, clique("anna", "bela", "cili"))
    agree(campaign, "cili")
    choose_contact(campaign, circles, "anna", "cili", TODAY)
    campaign.withdraw_consent("cili", TODAY)
    circles = Circles.read(campaign)
    assert {each.contact for each in circles.contacts("anna")} == {"bela", "outside"}
    assert circles.contacts("cili") == ()
    assert circles.has("cili")
    assert campaign.face_choice("anna") is None


def test_only_a_consenting_contact_can_be_chosen(campaign: Campaign) -> None:
    circles = write(campaign, clique("anna", "dora", "emil"))
    agree(campaign, "dora")
    with pytest.raises(ConsentError):
        choose_contact(campaign, circles, "anna", "emil", TODAY)
    with pytest.raises(ConsentError):
        choose_contact(campaign, circles, "anna", "outside", TODAY)
    agree(campaign, "stranger")
    with pytest.raises(KeyError):
        choose_contact(campaign, circles, "anna", "stranger", TODAY)
    choose_contact(campaign, circles, "anna", "dora", TODAY)
    assert campaign.face_choice("anna") == FaceChoice("anna", contact="dora")
    write(campaign, clique("anna", "emil"))
    assert campaign.face_choice("anna") is None


def test_leading_contact_is_the_most_influential_one_of_those_who_may_be_used(campaign: Campaign) -> None:
    web = clique("anna", "bela", "cili", "dora")
    circles = write(campaign, web)
    ranked = [each.contact for each in circles.contacts("anna") if each.is_customer]
    assert leading_contacts(campaign, ranked[::-1])["anna"] == ranked[0]
    assert leading_contacts(campaign, ranked[1:])["anna"] == ranked[1]
    assert leading_contacts(campaign, ["stranger"]) == leading_contacts(campaign, []) == {}


@pytest.fixture(scope="module")
def town() -> SocialWeb:
    return web_of(simulate_population(800, 3), 3)


def test_kept_circles_hold_all_that_seeds_are_chosen_by(campaign: Campaign, town: SocialWeb) -> None:
    assert TieRules().most < MOST_SHOWN
    listening = write(campaign, town).listening()
    customers = town.parties.filter(pa.array(town.is_customer)).to_pylist()
    assert listening.parties.filter(pa.array(listening.is_customer)).to_pylist() == customers
    here, there = listening.numbers(customers), town.numbers(customers)
    np.testing.assert_allclose(
        listening.share[here][:, here].toarray(), town.share[there][:, there].toarray(), rtol=1e-6
    )
    found, expected = campaign_seeds(campaign, 10), choose_seeds(town, 10)
    assert found.seeds.reached == pytest.approx(expected.reached, rel=0.02)
    assert found.seeds.best_possible == pytest.approx(expected.best_possible, rel=0.02)


def test_seeds_are_listed_with_what_they_reach_together(campaign: Campaign, town: SocialWeb) -> None:
    write(campaign, town)
    found = campaign_seeds(campaign, 10)
    assert found.table().to_pydict() == {
        "rank": list(range(1, 11)),
        "customer": list(found.seeds.customers),
        "reached": list(found.together),
    }
    assert list(found.together) == sorted(found.together)
    assert found.together[-1] == pytest.approx(found.seeds.reached)
    assert found.together[0] >= 1
    assert f"as many others reach {found.seeds.best_possible:,.0f} at most (99% confidence)" in found.sentence()


def test_who_has_left_or_is_erased_is_no_seed(campaign: Campaign, town: SocialWeb) -> None:
    write(campaign, town)
    first, second, third = campaign_seeds(campaign, 3).seeds.customers
    people = campaign.read_table(PEOPLE)["customer"].to_pylist()
    segments = [HAS_LEFT if one == first else "persuadable" for one in people]
    campaign.write_table("customers", pa.table({"customer": people, "segment": segments}))
    campaign.erase_customer(second)
    found = campaign_seeds(campaign, 5)
    assert not {first, second} & set(found.seeds.customers)
    assert third in found.seeds.customers
    assert found.seeds.reached <= found.seeds.best_possible


def test_campaign_without_a_web_has_no_circles(tmp_path: Path) -> None:
    with Campaign.create(tmp_path / "none.semblance", "open sesame", name="None") as empty:
        assert Circles.read(empty) is None
        assert leading_contacts(empty, ["anna"]) == {}
        with pytest.raises(InputError, match="holds no circles"):
            campaign_seeds(empty, 5)
