"""A campaign made without the outcomes of an earlier one: what the window says, and what it does not claim."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QAbstractButton, QLabel, QTableView, QWidget

from engine.columns import NO_OFFER
from gui.pitch import Pitch
from gui.steps import steps
from tests.gui.conftest import rest

PATIENCE = 30_000
CHOSEN = "Chosen by where people with the same phones went next. Seen together, not caused."


def said_by(root: QWidget) -> list[str]:
    """Return everything that a page says: texts, names, tips, and the cells of its tables."""
    found = []
    for part in root.findChildren(QWidget):
        found += [part.accessibleName(), part.accessibleDescription(), part.toolTip()]
        if isinstance(part, QLabel | QAbstractButton):
            found.append(part.text())
        if isinstance(part, QTableView):
            model = part.model()
            places = (
                (row, column) for row in range(min(50, model.rowCount())) for column in range(model.columnCount())
            )
            found += [str(model.index(*place).data() or "") for place in places]
    return found


def nowhere_nan(root: QWidget) -> None:
    assert [text for text in said_by(root) if re.search(r"\bnan\b", text, re.IGNORECASE)] == []


def test_no_page_tells_a_number_that_is_not_known_and_no_effect_is_claimed(small_window, qtbot):
    window = small_window
    for step in steps():
        window.workspace.show_step(step.key)
        rest(window, qtbot)
        nowhere_nan(window.workspace.page(step.key))
    table, page = window.workspace.results.customers, window.workspace.page("preview")
    offers = dict(zip(table["customer"].to_pylist(), table["offer"].to_pylist(), strict=True))
    with_offer = next(customer for customer, offer in offers.items() if offer != NO_OFFER)
    page.show_customer(with_offer)
    rest(window, qtbot)
    nowhere_nan(page)
    assert CHOSEN in page.offer_card.sentence.text()
    marks = window.workspace.rail.buttons
    assert marks["preview"].mark_says == marks["recommendations"].mark_says
    assert marks["preview"].mark_says == "there was no past campaign to learn from"
    without = next(customer for customer, offer in offers.items() if offer == NO_OFFER)
    page.show_customer(without)
    rest(window, qtbot)
    assert "Where people with this phone go next is not known well enough." in page.offer_card.sentence.text()
    page.show_customer(with_offer)
    page.open_pitch()
    pitch = window.findChild(Pitch)
    qtbot.waitUntil(lambda: bool(pitch.evidence.text()), timeout=PATIENCE)
    rest(window, qtbot)
    nowhere_nan(pitch)
    assert pitch.evidence.text().endswith(CHOSEN)
    assert pitch.title.text().endswith(" An offer chosen by their phone.")
    pitch.close()
    rest(window, qtbot)
