"""Why a customer is offered what they are."""

import pytest

from engine.columns import NO_OFFER
from engine.uplift import Reason, Reasons
from gui.customer_reasons import offer_to_explain
from gui.reason_words import feature_words, reason_lines
from tests.gui.recommendations.given import column, keys, settle


def tenths(lines):
    return sum(round(10 * float(line.number.replace("\u2212", "-"))) for line in lines)


def test_the_pane_says_why_and_its_parts_add_up(shown, results, qtbot):
    place = column(shown, "offer").index("samsung-5g")
    customer = column(shown, "customer")[place]
    shown.show_customer(customer)
    settle(shown, qtbot)
    pane, uplift = shown.pane, column(shown, "uplift")[place]
    assert pane.reasons.isVisible()
    assert pane._reasons.heading.text() == "Why this offer"
    lines = pane.reasons.lines
    assert (lines[0].name, lines[-1].name, len(lines)) == ("An average customer", "All else", 7)
    assert tenths(lines) == round(1000 * uplift)
    assert all((line.tone == "accent") == (line.value > 0) for line in lines)
    assert "what the model uses, not causes" in pane.adds_up.text()


def test_who_gets_no_offer_is_told_of_the_one_that_works_best(shown, results, qtbot):
    place = column(shown, "offer").index(NO_OFFER)
    customer = column(shown, "customer")[place]
    offer, is_chosen = offer_to_explain(results, customer)
    best = max(results.offers, key=lambda each: column(shown, f"uplift:{each.key}")[place])
    assert (offer.key, is_chosen) == (best.key, False)
    shown.show_customer(customer)
    settle(shown, qtbot)
    assert shown.pane._reasons.heading.text() == f"For and against {offer.name}"


def test_running_through_the_rows_works_out_only_the_last(shown, qtbot, monkeypatch):
    worked = []
    loader = shown._loaders._reasons
    load = loader.load
    monkeypatch.setattr(loader, "load", lambda *given: worked.append(given[2]) or load(*given))
    for place in range(5):
        shown.customers.table.choose_place(place)
    settle(shown, qtbot)
    assert worked == [keys(shown)[4]]


@pytest.mark.parametrize(
    ("feature", "value", "said"),
    [
        ("phone_age_months", 31.4, "Phone is 31 months old"),
        ("phones_before", 0.0, "No earlier phone seen"),
        ("phones_before", 2.0, "Had 2 phones before"),
        ("place_entropy", 2.64, "Calls from about 14 places"),
        ("megabytes", 18_200.0, "Uses 18 GB a month"),
        ("residence", "Szeged", "Lives in Szeged"),
        ("residence", None, "Residence: not known"),
        ("maker", "Unknown", "Maker: not known"),
        ("tenure_months", 80.5, "Customer for 6 years"),
        ("megabytes_trend", -0.2231, "Uses 20\u00a0% less data lately"),
        ("a_new_habit", 3.0, "A new habit: 3"),
    ],
)
def test_what_is_known_is_said_in_words(feature, value, said):
    assert feature_words(Reason(feature, value, 0.01)) == said


def test_all_else_takes_up_what_rounding_leaves():
    reasons = Reasons("x", 0.1204, 0.0304, tuple(Reason("age", 30.0, 0.09 / 7) for _ in range(7)))
    lines = reason_lines(reasons)
    assert tenths(lines) == 120
    assert lines[-1].name == "All else"
