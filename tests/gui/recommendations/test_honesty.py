"""What must be known about the figures stands there."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from engine.columns import NO_OFFER
from engine.uplift import Finding
from gui.honesty import honesty_marks
from gui.recommendations_columns import customer_store
from gui.widgets import HonestyMark
from tests.gui.recommendations.given import CLICK, column, keys, settle, without_signal, without_trial, words


def age_mask(results, low, high):
    ages = results.span[1].year - results.customers["birth_year"].to_numpy()
    return (ages >= low) & (ages <= high)


def marks_of(results):
    return {mark.strong: mark.rest for mark in honesty_marks(results, customer_store(results))}


def test_the_age_with_few_customers_is_named(shown):
    counts = {band: age_mask(shown._results, *ends).sum() for band, ends in {
        "18 to 24": (18, 24), "25 to 34": (25, 34), "35 to 44": (35, 44), "45 to 54": (45, 54),
        "55 to 64": (55, 64), "65 or over": (65, 200),
    }.items()}  # fmt: skip
    least = min(counts, key=counts.get)
    assert counts[least] < 250
    assert marks_of(shown._results)[f"Age {least}:"] == f"only {counts[least]} customers."


def test_what_the_checks_found_stands_first_and_a_red_light_takes_the_green_one_away(shown):
    results = shown._results
    assert "The signal is real." in marks_of(results)
    red = Finding("red", "placebo", "Shuffled, the offers show a signal: chance alone does not do that.", 900)
    amber = Finding(
        "amber", "calibration", "Predictions are too bold. Where 10 points more were predicted, 5 came.", 900
    )
    honesty = replace(results.honesty, findings=(red, amber))
    marks = honesty_marks(replace(results, honesty=honesty), customer_store(results))
    assert [(mark.icon, mark.strong, mark.rest) for mark in marks[:2]] == [
        ("stop", "Shuffled, the offers show a signal:", "chance alone does not do that."),
        ("warning", amber.sentence, ""),
    ]
    assert "The signal is real." not in {mark.strong for mark in marks}
    estimated = replace(results.honesty, findings=(), is_randomised=False)
    assert marks_of(replace(results, honesty=estimated))["The signal is real."] == "Chance rarely does this."


def test_how_the_arms_differ_is_said_in_the_names_of_the_window(results):
    red = Finding("red", "arms differ", "tenure_months differs with samsung-5g", 900)
    worst = replace(results.honesty.balance[0], feature="tenure_months", offer="samsung-5g", difference=-0.314)
    honesty = replace(results.honesty, findings=(red,), balance=(worst,))
    said = marks_of(replace(results, honesty=honesty))["Who got which offer was not left to chance:"]
    assert said == "time as a customer differs by 0.31 standard deviations with Samsung 5G."


def test_a_long_statement_wraps_beside_the_button(shown, qtbot):
    shown.resize(968, 592)
    shown.honesty.set_marks([HonestyMark("stop", "danger", "Not left to chance:", "age differs very much. " * 9)])
    statement = shown.honesty._marks.itemAt(0).widget()
    qtbot.waitUntil(lambda: 0 < statement.geometry().right() < shown.checks.x(), timeout=5_000)
    assert statement.height() >= 2 * shown.checks.fontMetrics().height()


def test_uneven_reach_is_named(shown):
    results = shown._results
    young = age_mask(results, 35, 44)
    assert young.sum() > 250

    def with_offers(asked):
        offers = pa.array(np.where(asked, "xiaomi-15", NO_OFFER), results.customers.schema.field("offer").type)
        place = results.customers.schema.get_field_index("offer")
        return replace(results, customers=results.customers.set_column(place, "offer", offers))

    assert "Offers reach" not in marks_of(with_offers(np.ones(len(young), dtype=bool)))
    half = np.arange(len(young)) % 2 == 0
    said = marks_of(with_offers(half & ~young))["Offers reach"]
    assert said.endswith("0\u00a0% at 35 to 44.")
    assert 45 <= int(said[:2]) <= 60


def test_without_a_signal_nothing_personal_is_shown_or_exported(shown, campaign, results, tmp_path):
    shown.set_campaign(campaign, without_signal(results))
    assert "We found no difference between customers." in shown.verdict.text()
    assert "\u22120.4 to +0.6" in words(shown)
    assert shown.figures[2].value.accessibleName() == "Not known"
    assert not shown.customers.isVisible()
    assert shown.no_signal.isVisible()
    assert not shown.pane.isVisible()
    assert not shown.export.isEnabled()
    assert not shown.curve.segments.button(0).isVisible()
    shown.exporting.save(tmp_path / "nothing.csv", shown.customers.rows)
    assert not shown.queue.is_busy


def test_without_a_past_campaign_offers_are_called_associations(shown, campaign, results, qtbot):
    shown.set_campaign(campaign, without_trial(results))
    assert "There was no past campaign." in words(shown)
    assert "Seen together, not caused." in words(shown)
    for word in ("effect", "because", "thanks to"):
        assert word not in words(shown)
    titles = [each.title for each in shown.customers.table.rows.columns]
    assert titles == ["Customer", "Has now", "Offer", "Town"]
    customer = next(
        key for key, maker in zip(keys(shown), column(shown, "current_maker"), strict=True) if maker == "Xiaomi"
    )
    shown.show_customer(customer)
    assert shown.pane.offers.lines[0].number[0].isdigit()
    assert "Seen together, not caused." in shown.pane.sentence.text
    settle(shown, qtbot)


def test_the_curve_has_qini_and_deciles_beside_it(shown, qtbot):
    qtbot.mouseClick(shown.curve.segments.button(1), CLICK)
    assert shown.curve.stack.currentWidget() is shown.curve.qini
    assert shown.curve.said.text().startswith("Qini")
    qtbot.mouseClick(shown.curve.segments.button(2), CLICK)
    assert shown.curve.stack.currentWidget() is shown.curve.deciles
