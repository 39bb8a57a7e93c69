"""The figures above the customers, and what stands in the customers' place where there is no signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame

from gui.findings import Figure, best_for_all
from gui.honesty import as_good, difference
from gui.money import likely
from gui.offer_words import evidence
from gui.recommendations_columns import tr
from gui.widgets import Button, Card, ElidedLabel, IconLabel, Label, Notice, bold, column, plain, row

if TYPE_CHECKING:
    from gui.results import CampaignResults

SIDES = 30  # margins and border


class FigureCard(QFrame):
    """One number with its name above and its likely range below."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name = ElidedLabel("", "caption", "muted")
        self.value = ElidedLabel("", "figure")
        self.range = ElidedLabel("", "caption", "muted", tabular=True)
        self._figure: Figure | None = None
        self.setLayout(column(self.name, self.value, self.range, gap=0, margins=(16, 8, 12, 8)))

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        self._figure = figure
        self.name.set_whole(figure.name)
        self.value.set_tone(figure.tone)
        self.setToolTip(figure.tip)
        self.setAccessibleName(f"{figure.name}: {figure.value}, {figure.range}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the long or the short form."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        figure = self._figure
        if figure is None:
            return
        room = self.width() - SIDES
        is_short = bool(figure.short_value) and self.value.fontMetrics().horizontalAdvance(figure.value) > room
        self.value.set_whole(figure.short_value if is_short else figure.value)
        self.range.set_whole(figure.short_range if is_short else figure.range)


class NoSignalCard(Card):
    """What was found instead of differences, and what to do: one offer for all, or none."""

    def __init__(self) -> None:
        super().__init__()
        self.heading_line = Label(tr("We found no difference between customers"), "section", wrap=True)
        self.reason = Label("", wrap=True)
        self.advice = Notice("warning", "warning")
        self.body.addLayout(row(IconLabel("info", "text", 22), (self.heading_line, 1), gap=10))
        self.body.addWidget(self.reason)
        self.body.addWidget(self.advice)
        self.body.addStretch(1)

    def show_results(self, results: CampaignResults, asked: int) -> None:
        """Say what was found and what follows."""
        evaluation = results.evaluation
        if evaluation is None:
            return
        single = best_for_all(results)
        said = [tr("In the last campaign the offers worked about equally on everybody.")]
        if single and results.value is not None:
            average = evaluation.average(results.value.best_single_offer)
            said.append(evidence(single, average.value, average.low, average.high, is_personal=False))
        self.reason.setText(" ".join(said))
        lead = tr("Send {offer} to all, or nothing.").format(offer=single) if asked and single else tr("Send no offer.")
        rest = tr("Personal offers would be guesses, so the table stays empty.")
        self.advice.set_notice("warning", "warning", f"{bold(lead)} {plain(rest)}")


def use_words(results: CampaignResults) -> str:
    """Say what the first button does where personal offers gain nothing."""
    single = best_for_all(results)
    return tr("Use {offer} for all").format(offer=single) if single else tr("Send no offer")


class NoGainCard(Card):
    """Where one offer for all does as well: that offer first, the personal ones on request."""

    single_wanted = Signal()
    personal_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.heading_line = Label("", "section", wrap=True)
        self.reason = Label("", wrap=True)
        self.use_single = Button("-", "primary")
        self.use_single.clicked.connect(self.single_wanted)
        self.keep_personal = Button(tr("Keep personal offers"))
        self.keep_personal.clicked.connect(self.personal_wanted)
        self.body.addLayout(row(IconLabel("compare", "text", 22), (self.heading_line, 1), gap=10))
        self.body.addWidget(self.reason)
        self.body.addSpacing(8)
        self.body.addLayout(row(self.use_single, self.keep_personal, None))
        self.body.addStretch(1)

    def show_results(self, results: CampaignResults) -> None:
        """Say what was found; the choice is the designer's."""
        self.heading_line.setText(as_good(results).rstrip("."))
        self.use_single.set_text(use_words(results))
        said = [difference(results)]
        value, single = results.value, best_for_all(results)
        if not single:
            said.append(tr("No offer for all earns more than it costs."))
        elif value is not None and value.best_single_offer_low <= 0:
            ends = likely(value.best_single_offer_low, value.best_single_offer_high)
            unclear = tr("Nor is it clear that {offer} for all earns more than it costs: {range} a customer.")
            said.append(unclear.format(offer=single, range=ends))
        said.append(tr("The simple campaign is the honest choice."))
        self.reason.setText(" ".join(said))
