"""What the rail says of each step."""

from dataclasses import replace

from engine.offers import Choice
from gui.results import CampaignResults
from gui.steps import StepMark, step_marks


def mark(results):
    return step_marks(results)["recommendations"]


def test_nothing_is_recommended_before_there_are_customers(still_results):
    assert mark(None).state == mark(CampaignResults()).state == "none"
    assert mark(replace(still_results, customers=still_results.customers.slice(0, 0))).state == "none"


def test_ads_without_any_look_alike_want_a_look(still_results):
    def preview(results):
        return step_marks(results)["preview"]

    assert preview(replace(still_results, matched=())) == StepMark("look", "nobody has a look-alike yet")
    assert preview(CampaignResults()).state == "none"
    assert preview(still_results).state == "done"


def test_loyalty_that_cannot_be_told_wants_a_look(still_results):
    def loyalty(results):
        return step_marks(results)["loyalty"]

    undated = replace(still_results.loyalty, rows=still_results.loyalty.rows.assign(changes=0))
    assert loyalty(replace(still_results, loyalty=undated)) == StepMark("look", "No change of phone can be dated")
    assert loyalty(CampaignResults()).state == "none"
    assert loyalty(still_results).state == "done"


def test_offers_without_a_past_campaign_want_a_look(still_results):
    assert mark(replace(still_results, evaluation=None, value=None, curve=None)) == StepMark(
        "look", "there was no past campaign to learn from"
    )


def test_a_choice_that_is_open_wants_a_look_until_it_is_made(still_results):
    evaluation = replace(still_results.evaluation, has_signal=True)
    found = replace(still_results, evaluation=evaluation, value=replace(still_results.value, gain_low=-1.0))
    assert mark(found) == StepMark("look", "one offer for all does as well")
    assert mark(replace(found, choice=Choice("personal"))).state == "done"
    assert mark(replace(found, value=replace(found.value, gain_low=1.0))).state == "done"
    no_signal = replace(found, evaluation=replace(evaluation, has_signal=False))
    assert mark(no_signal) == StepMark("look", "no difference between customers was found")
