"""What the tests of the Recommendations page do and look at; what a campaign may have found."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QPushButton

from engine.offers import recommend
from engine.offers.without_trial import offers_by_loyalty
from gui.results import read_results

CLICK = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
KEPT = ("first_name", "residence", "birth_year", "current_model")


def settle(page, qtbot):
    """Wait until nothing is worked out, loaded or kept any more."""

    def rests():
        works = (
            page._work,
            page.customers._work,
            page._loaders,
            page._decisions.changes,
        )
        timers = [page._budget.settling, page._drawing, *([page.curve.profit.chart._placing] if page.curve else [])]
        if page.panel is not None and page.panel.is_filling:
            return False
        return not any(work.is_busy for work in works) and not any(each.isActive() for each in timers)

    qtbot.waitUntil(rests, timeout=10_000)


def keys(page):
    return [page._shown.store.key(row) for row in page.customers.rows]


def column(page, name):
    return page._results.customers[name].to_pylist()


def without_signal(results):
    evaluation = replace(results.evaluation, has_signal=False, qini=0.001, qini_low=-0.004, qini_high=0.006)
    table, offers = results.customers, [offer.key for offer in results.offers]
    parts = (
        np.column_stack([table[f"{part}:{key}"].to_numpy() for key in offers]) for part in ("uplift", "low", "high")
    )
    frame = recommend(
        *parts, table["baseline"].to_numpy(), table["customer"].to_pylist(), table["current_maker"].to_pylist(),
        results.offers, evaluation,
    )  # fmt: skip
    return replace(results, customers=pa.Table.from_pandas(frame, preserve_index=False), evaluation=evaluation)


def without_trial(results):
    table = results.customers
    frame = offers_by_loyalty(
        table["customer"].to_pylist(), table["current_maker"].to_pylist(), results.offers, results.loyalty
    )
    for name in KEPT:
        frame[name] = table[name].to_pandas().to_numpy()
    customers = pa.Table.from_pandas(frame, preserve_index=False)
    return replace(results, customers=customers, evaluation=None, value=None, curve=None)


def without_gain(results, **value):
    return replace(results, value=replace(results.value, gain=4.0, gain_low=-11.0, gain_high=19.0, **value))


def words(page):
    return f"{page.verdict.text()} {page.honesty.accessibleName()}"


def primary_buttons(page):
    buttons = [each for each in page.findChildren(QPushButton) if each.isVisible()]
    assert all(each.accessibleName() for each in buttons)
    return [each.text() for each in buttons if each.property("kind") == "primary"]


class Reader(QObject):
    """Shows a page its campaign anew after each change, as the window does, with a signal and a gain as wanted."""

    def __init__(self, page, campaign, *, gain_low=-11.0):
        super().__init__(page)
        self.page, self.campaign, self.gain_low = page, campaign, gain_low
        page.changed.connect(self.read)

    @Slot()
    def read(self):
        found = read_results(self.campaign)
        value = replace(found.value, gain=4.0, gain_low=self.gain_low, gain_high=19.0, best_single_offer="xiaomi-15")
        evaluation = replace(found.evaluation, has_signal=True)
        self.page.set_campaign(self.campaign, replace(found, evaluation=evaluation, value=value))


def click_and_wait(page, button, qtbot):
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(button, CLICK)
    settle(page, qtbot)


def ctrl_z(page, qtbot):
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(page, qtbot)


def offer_in_file(campaign, customer):
    table = campaign.read_table("customers")
    return table["offer"][table["customer"].to_pylist().index(customer)].as_py()
