"""The checks in the place of the customers: a row each, and the pictures behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.columns import RESIDENCE
from engine.uplift.evaluation import LEARNER
from gui import numbers
from gui.charts.bar_rows import BarRows
from gui.charts.calibration_chart import CalibrationChart
from gui.charts.picture_button import PictureButton
from gui.charts.propensity_bars import PropensityBars
from gui.charts.row_chart import RowChart, RowLine, difference_tone
from gui.checks import Check, checks_of, state_words, tr
from gui.column_store import ColumnStore
from gui.customer_groups import reach_lines
from gui.findings import offer_name
from gui.fitting_scroll import FittingScroll
from gui.recommendations_columns import AGE_BAND
from gui.widgets import Card, IconLabel, Label, Line, Notice, clear, column, plain, row

if TYPE_CHECKING:
    from engine.offers import Offer
    from engine.uplift import Honesty, LearnerScore, UpliftEvaluation
    from gui.results import CampaignResults

TWO_COLUMNS_FROM = 660
PICTURE = 168  # height of a chart


class CheckRows(Card):
    """One row a check: icon and word, what was found in a sentence, the figure, and the customers behind it."""

    def __init__(self) -> None:
        super().__init__(tr("What was checked"), gap=0)
        self.checks: tuple[Check, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.body.addLayout(self._rows)

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show other checks."""
        if tuple(checks) == self.checks:
            return
        self.checks = tuple(checks)
        clear(self._rows)
        for place, check in enumerate(self.checks):
            if place:
                self._rows.addWidget(Line())
            self._rows.addWidget(_row_of(check))


def _row_of(check: Check) -> QWidget:
    """Return a check as a row."""
    state = state_words(check.state)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    name = column(None, Label(check.name, "strong"), Label(state.word, "caption", state.tone), None, gap=0)
    number, spread = Label(check.number, "strong", tabular=True), Label(check.range, "caption", "muted", tabular=True)
    figure = column(None, gap=0)
    for label in (number, spread):
        label.setAlignment(right)
        label.setVisible(bool(label.text()))
        figure.addWidget(label)
    figure.addStretch(1)
    count = tr("{count} customers").format(count=numbers.decimal(check.customers))
    behind = Label(count, "caption", "muted", tabular=True, align=right)
    behind.setFixedWidth(112)
    name_side, figure_side = QWidget(), QWidget()
    for side, layout, width in ((name_side, name, 108), (figure_side, figure, 148)):
        side.setLayout(layout)
        side.setFixedWidth(width)
    sentence = Label(check.sentence, wrap=True)
    result = QWidget()
    result.setLayout(
        row(
            IconLabel(state.icon, state.tone, 18), name_side, (sentence, 1), figure_side, behind,
            gap=10, margins=(0, 7, 0, 7),
        )
    )  # fmt: skip
    result.setAccessibleName(
        f"{check.name}: {state.word}. {check.sentence} {' '.join((check.number, check.range)).strip()}. {count}"
    )
    return result


class PictureCard(Card):
    """A small picture behind the checks, with its sentence."""

    def __init__(self, title: str, chart: QWidget) -> None:
        super().__init__(title, gap=4)
        self.chart = chart
        self.says = Label("", "caption", "muted", wrap=True)
        self.picture = PictureButton(self, self._chart, self.heading.text, self.says.text)
        self.add_control(self.picture)
        self.body.addWidget(self.says)
        self.body.addWidget(chart)
        self.body.addStretch(1)

    def _chart(self) -> QWidget:
        return self.chart


class ChecksPanel(QWidget):
    """All checks of the last campaign."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("The checks"))
        self.rows = CheckRows()
        self.not_kept = Notice(
            "warning", "warning",
            plain(tr("This campaign was made before its checks were kept. Read its records again to have them all.")),
        )  # fmt: skip
        self.propensity, self.calibration = PropensityBars(), CalibrationChart()
        self.learners, self.best = RowChart(tr("Learners, against the one in use")), RowChart(tr("The best customers"))
        for chart in (self.propensity, self.calibration):
            chart.setFixedHeight(PICTURE)
        self.ages, self.towns = BarRows(tr("Whom offers reach, by age")), BarRows(tr("Whom offers reach, by town"))
        self.cards = (
            PictureCard(tr("Who could have got what"), self.propensity),
            PictureCard(tr("Predicted and seen"), self.calibration),
            PictureCard(tr("Learners on the same customers"), self.learners),
            PictureCard(tr("The best customers"), self.best),
            PictureCard(tr("Whom offers reach, by age"), self.ages),
            PictureCard(tr("Whom offers reach, by town"), self.towns),
        )
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._columns = 0
        self._arranged: tuple[PictureCard, ...] = ()
        content = QWidget()
        content.setLayout(column(self.not_kept, self.rows, self._grid, None, gap=12))
        self.scroller = FittingScroll(content, only_text=True)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLayout(column((self.scroller, 1), gap=0))
        self.setMinimumHeight(210)
        for card in self.cards:
            self._grid.addWidget(card)
            card.hide()
        self._left: list[Callable[[], None]] = []
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill_next)
        self._arrange(2)

    def show_results(self, results: CampaignResults, store: ColumnStore) -> None:
        """Show the checks of a campaign; reach and thin groups are of the customers as is decided now.

        The pictures follow one by one, so that the window never waits for all of them.
        """
        self.rows.show_checks(checks_of(results, store))
        evaluation = results.evaluation
        if evaluation is None:
            return
        self.not_kept.setVisible(results.honesty is None)
        self._left = [
            partial(self._show_overlap, results.honesty, results.offers),
            partial(self._show_calibration, evaluation),
            partial(self._show_learners, evaluation),
            partial(self._show_best, evaluation),
            partial(self._show_reach, self.cards[4], self.ages, AGE_BAND, results.offers, store),
            partial(self._show_reach, self.cards[5], self.towns, RESIDENCE, results.offers, store),
        ]
        self._filling.start()

    @property
    def is_filling(self) -> bool:
        """Whether pictures are still to come."""
        return self._filling.isActive()

    @Slot()
    def _fill_next(self) -> None:
        """Fill the next picture."""
        if self._left:
            self._left.pop(0)()
            self._arrange(self._columns)
        if not self._left:
            self._filling.stop()

    def _show_overlap(self, honesty: Honesty | None, offers: Sequence[Offer]) -> None:
        card = self.cards[0]
        if honesty is not None:
            names = [offer_name(offers, key) for key in honesty.overlap.offers]
            self.propensity.show_overlap(honesty.overlap, names)
            told = tr("Customers by their chance to get an offer rather than none, as foreseen from what is known")
            card.says.setText(told)
        card.setVisible(honesty is not None)

    def _show_calibration(self, evaluation: UpliftEvaluation) -> None:
        self.calibration.show_evaluation(evaluation)
        self.cards[1].says.setText(_line_words(evaluation))
        self.cards[1].setVisible(evaluation.has_signal)

    def _show_learners(self, evaluation: UpliftEvaluation) -> None:
        self.learners.show_lines([_learner_line(one) for one in evaluation.leaderboard])
        self.cards[2].says.setText(learner_words(evaluation))
        self.cards[2].show()

    def _show_best(self, evaluation: UpliftEvaluation) -> None:
        self.best.show_lines(best_lines(evaluation))
        self.cards[3].says.setText(_auuc_words(evaluation))
        self.cards[3].setVisible(bool(evaluation.best))

    def _show_reach(
        self, card: PictureCard, chart: BarRows, group: str, offers: Sequence[Offer], store: ColumnStore
    ) -> None:
        chart.show_lines(reach_lines(store, group, offers, largest_first=group == RESIDENCE))
        card.says.setText(tr("Share of the customers who get an offer as is decided now; shown, not decided"))
        card.setVisible(bool(chart.lines))

    def _arrange(self, columns: int) -> None:
        """Put the pictures that there are side by side or below each other."""
        cards = tuple(card for card in self.cards if not card.isHidden())
        if (columns, cards) == (self._columns, self._arranged):
            return
        self._columns, self._arranged = columns, cards
        for card in self.cards:
            self._grid.removeWidget(card)
        for place, card in enumerate(cards):
            self._grid.addWidget(card, place // columns, place % columns)
        for place in range(2):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose how many pictures stand side by side."""
        self._arrange(2 if event.size().width() >= TWO_COLUMNS_FROM else 1)
        super().resizeEvent(event)


def _learner_line(score: LearnerScore) -> RowLine:
    """Return how much better or worse a learner ranks than the one in use, with the paired likely range."""
    name = tr("In use") if score.name == LEARNER else score.name
    if score.refused:
        return RowLine(score.name, name, note=score.refused)
    ends = (numbers.points(end, signed=False) for end in (score.low, score.high))
    if score.name == LEARNER:
        words = tr("Qini {value}, likely {range}")
        said = words.format(value=numbers.points(score.qini), range=numbers.likely_range(*ends))
        return RowLine(score.name, name, note=said, is_strong=True)
    low, high = -score.behind_high, -score.behind_low
    spread = numbers.likely_range(*(numbers.points(end, 2, signed=False) for end in (low, high)))
    return RowLine(
        score.name, name, -score.behind, low, high, numbers.points(-score.behind, 2), spread,
        tone=difference_tone(low, high), unit=tr("points of Qini"),
    )  # fmt: skip


def learner_words(evaluation: UpliftEvaluation) -> str:
    """Say which learners rank customers no differently, and which better or worse; each on the same customers."""
    others = [one for one in evaluation.leaderboard if one.name != LEARNER and not one.refused]
    groups = (
        (tr("No difference to the one in use: {names}."), [one.name for one in others if not one.is_different]),
        (tr("Worse: {names}."), [one.name for one in others if one.behind_low > 0]),
        (tr("Better: {names}."), [one.name for one in others if one.behind_high < 0]),
    )
    said = [words.format(names=", ".join(names)) for words, names in groups if names]
    return " ".join([tr("Difference in Qini, in points of 100, on the same customers."), *said])


def best_lines(evaluation: UpliftEvaluation) -> list[RowLine]:
    """Return what an offer does to the best tenth, fifth and so on."""
    found = []
    for one in evaluation.best:
        name = tr("Best {share}").format(share=numbers.percent(one.share, 0))
        spread = numbers.likely_range(*(numbers.points(end, signed=False) for end in (one.low, one.high)))
        tone, unit = difference_tone(one.low, one.high), tr("points of 100")
        found.append(
            RowLine(name, name, one.uplift, one.low, one.high, numbers.points(one.uplift), spread, tone=tone, unit=unit)
        )
    return found


def _line_words(evaluation: UpliftEvaluation) -> str:
    """Say what the picture of promises shows, and what its line begins and rises with."""
    told = tr("Tenths of customers, in points of 100: predicted across, seen upwards; dashed is a promise kept.")
    line = evaluation.calibration
    if line is None or line.intercept_low is None or line.intercept_high is None:
        return told
    start = (numbers.points(end, 2, signed=False) for end in (line.intercept_low, line.intercept_high))
    rise = (numbers.decimal(end, 2) for end in (line.slope_low, line.slope_high))
    words = tr("The line starts at {start}, likely {range}, and rises by {slope}, likely {slope_range}.")
    said = words.format(
        start=numbers.points(line.intercept, 2), range=numbers.likely_range(*start),
        slope=numbers.decimal(line.slope, 2), slope_range=numbers.likely_range(*rise),
    )  # fmt: skip
    return f"{told} {said}"


def _auuc_words(evaluation: UpliftEvaluation) -> str:
    said = tr("More of 100 who say yes, with likely range.")
    if evaluation.auuc is None:
        return said
    ends = (numbers.points(end, signed=False) for end in (evaluation.auuc.low, evaluation.auuc.high))
    area = tr("Area under the uplift curve (AUUC) {value}, likely {range}.")
    value = numbers.points(evaluation.auuc.value)
    return f"{said} {area.format(value=value, range=numbers.likely_range(*ends))}"
