from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign
from engine.errors import ConsentError, InputError
from engine.inventory import Matcher, MatchSettings, MatchWeights, keep_match_settings, match_settings
from engine.look_alikes import day_of_consent
from engine.taste import (
    Teaching,
    adopt,
    can_go_back,
    go_back,
    in_use,
    learn_metric_of,
    learn_weights_of,
    versions,
)
from engine.taste.teaching import judged_faces
from tests.engine.taste.designers import SCALE, Answer, Faces, coin
from tests.engine.taste.test_learning import own_taste


@pytest.fixture
def on(campaign: Campaign) -> date:
    return day_of_consent(campaign)


def teach(campaign: Campaign, on: date, answer: Answer, count: int) -> Teaching:
    """Answer so many questions as the screen would ask them."""
    teaching = Teaching(campaign, SCALE, on)
    places = {key: place for place, key in enumerate(judged_faces(campaign).keys)}
    for _ in range(count):
        question = teaching.question()
        assert question is not None
        first = answer(places[question.probe], places[question.a], places[question.b])
        teaching.answer(question, "a" if first else "b")
    return teaching


def test_a_session_asks_about_those_who_agreed_and_is_kept(campaign: Campaign, on: date):
    teaching = Teaching(campaign, SCALE, on)
    asked = []
    for number in range(30):
        question = teaching.question()
        assert question is not None and question.customer is not None
        consent = campaign.consent(question.customer)
        assert consent is not None and consent.holds(on)
        asked.append(question)
        teaching.answer(question, "skip" if number % 10 == 5 else "a")
    assert (teaching.tally.answered, teaching.tally.skipped) == (27, 3)
    assert not teaching.tally.can_learn_weights
    again = Teaching(campaign, SCALE, on)
    assert again.tally == teaching.tally and again.question() == teaching.question()
    assert again.undo() and again.question() == asked[-1]
    assert [one.probe for one in campaign.judgements.all()] == [one.probe for one in asked[:-1]]
    while again.undo():
        pass
    assert again.question() == asked[0]


def test_candidates_are_photos_that_may_be_used_and_are_ranked_first(campaign: Campaign, on: date):
    barred = Matcher.read(campaign, SCALE, on).faces.keys[0]
    teaching = Teaching(campaign, SCALE, on)
    for _ in range(20):
        question = teaching.question()
        assert question is not None and question.customer is not None
        campaign.inventory.ban(question.customer, barred)
        first = [one.photo for one in Matcher.read(campaign, SCALE, on).rank(question.customer, most=12)]
        question = teaching.question()
        assert question is not None
        if question.repeat_of is None:
            assert {question.a, question.b} <= set(first) - {barred}
        teaching.answer(question, "b")


def test_with_few_customers_the_inventory_is_asked_about_too(campaign: Campaign, on: date):
    for key in campaign.photo_keys("customer")[3:]:
        campaign.withdraw_consent(str(campaign.photo(key).customer), on)
    teaching = Teaching(campaign, SCALE, on)
    probes = set()
    for _ in range(40):
        question = teaching.question()
        assert question is not None and question.probe not in (question.a, question.b)
        probes.add((question.customer is None, question.probe))
        teaching.answer(question, "a")
    assert sum(of_inventory for of_inventory, _ in probes) > 25
    assert sum(not of_inventory for of_inventory, _ in probes) == 3


def test_who_withdraws_takes_the_judgements_along_and_is_not_asked_about_again(campaign: Campaign, on: date):
    teaching = Teaching(campaign, SCALE, on)
    question = teaching.question()
    assert question is not None and question.customer is not None
    teaching.answer(question, "a")
    campaign.withdraw_consent(question.customer, on)
    assert campaign.judgements.all() == ()
    with pytest.raises(ConsentError):
        teaching.answer(question, "b")
    for _ in range(30):
        other = teaching.question()
        assert other is not None and other.customer != question.customer
        teaching.answer(other, "a")


def test_adopted_weights_rank_and_there_is_a_way_back(campaign: Campaign, on: date, tmp_path: Path):
    by_hand = MatchWeights(0.8, 0.1, 0.1)
    teach(campaign, on, Faces.of(judged_faces(campaign)).designer((0.4, 0.3, 0.3), 3), 220)
    learnt = learn_weights_of(campaign, SCALE)
    assert learnt.is_offered
    keep_match_settings(campaign, MatchSettings(by_hand, most_ads=3))
    assert not can_go_back(campaign)
    version = adopt(campaign, learnt)
    assert match_settings(campaign) == MatchSettings(learnt.weights, most_ads=3)
    assert versions(campaign) == (version,)
    assert version.evaluation == learnt.evaluation
    person = str(campaign.photo(campaign.photo_keys("customer")[0]).customer)
    ranked = Matcher.read(campaign, SCALE, on).rank(person)
    assert ranked == Matcher.read(campaign, SCALE, on).rank(person, weights=learnt.weights)
    assert go_back(campaign).weights == by_hand == match_settings(campaign).weights
    with pytest.raises(InputError, match="Nothing was in use before this"):
        go_back(campaign)
    again = adopt(campaign, learnt)
    campaign.backup(tmp_path / "copy.semblance")
    with Campaign.open(tmp_path / "copy.semblance", "demo") as copy:
        assert in_use(copy).weights == learnt.weights and versions(copy) == (version, again) and can_go_back(copy)


def test_what_is_not_clearly_better_is_not_adopted(campaign: Campaign, on: date):
    before = match_settings(campaign)
    teach(campaign, on, coin(1), 50)
    learnt = learn_weights_of(campaign, SCALE)
    assert not learnt.is_offered
    with pytest.raises(InputError, match="not clearly better on people it did not learn from"):
        adopt(campaign, learnt)
    assert match_settings(campaign) == before and versions(campaign) == ()


def test_an_adopted_metric_changes_the_ranking_as_its_designer_would(campaign: Campaign, on: date):
    faces = Faces.of(judged_faces(campaign))
    extra = own_taste(faces.looks, 1, 0.3)
    with campaign.transaction():
        for one in faces.ask(faces.designer((0.6, 0.2, 0.2), 1, extra=extra), 1_200, faces.looks.keys, 1):
            campaign.judgements.add(one)
    learnt = learn_metric_of(campaign, SCALE)
    assert learnt.is_offered
    adopt(campaign, learnt)
    matcher = Matcher.read(campaign, SCALE, on)
    assert matcher.metric is not None
    added = matcher.metric.added(matcher.faces.embeddings, matcher.faces.embeddings)
    count = len(matcher.faces)
    agreement = np.corrcoef(added[np.triu_indices(count, 1)], extra[:count, :count][np.triu_indices(count, 1)])[0, 1]
    assert agreement > 0.4
    go_back(campaign)
    assert Matcher.read(campaign, SCALE, on).metric is None
