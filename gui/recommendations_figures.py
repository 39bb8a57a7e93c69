"""The figures above the customers, and what stands in the customers' place where there is no signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from gui import numbers
from gui.findings import Figure, best_for_all
from gui.recommendations_columns import tr
from gui.widgets import Card, ElidedLabel, IconLabel, Label, Notice, bold, column, plain, row

if TYPE_CHECKING:
    from gui.results import CampaignResults


class FigureCard(QFrame):
    """One number with its name above and its likely range below."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name = ElidedLabel("", "caption", "muted")
        self.value = ElidedLabel("", "figure")
        self.range = ElidedLabel("", "caption", "muted", tabular=True)
        self.setLayout(column(self.name, self.value, self.range, gap=0, margins=(16, 8, 12, 8)))

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        self.name.set_whole(figure.name)
        self.value.set_whole(figure.value)
        self.value.set_tone(figure.tone)
        self.range.set_whole(figure.range)
        self.setToolTip(figure.tip)
        self.setAccessibleName(f"{figure.name}: {figure.value}, {figure.range}")


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
        ends = numbers.likely_range(*(numbers.points(end) for end in (evaluation.qini_low, evaluation.qini_high)))
        text = tr(
            "In the last campaign the offers worked about equally on everybody. Choosing whom to ask would win "
            "{range} more of 100, which contains zero."
        )
        self.reason.setText(text.format(range=ends))
        single = best_for_all(results)
        lead = tr("Send {offer} to all, or nothing.").format(offer=single) if asked and single else tr("Send no offer.")
        rest = tr("Personal offers would be guesses, so the table stays empty.")
        self.advice.set_notice("warning", "warning", f"{bold(lead)} {plain(rest)}")
