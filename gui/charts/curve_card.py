"""The curves in their card: Profit with the budget, Qini, and Deciles."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui import numbers
from gui.budget import Budget
from gui.charts.deciles import DecileChart
from gui.charts.picture_button import PictureButton
from gui.charts.profit_curve import ProfitChart, tr
from gui.charts.qini_curve import QiniChart, qini_words
from gui.money import Currency, currency_of, likely
from gui.widgets import Card, ElidedLabel, EmptyState, Label, Segments, column, row

if TYPE_CHECKING:
    from engine.uplift import UpliftEvaluation
    from gui.results import CampaignResults

Chart = TypeVar("Chart", QiniChart, DecileChart)

PROFIT, QINI, DECILES = 0, 1, 2
LEAST_HEIGHT = 206


class CurveCard(Card):
    """What asking earns, and how customers were ranked. ``asked`` tells how many somebody wants to ask."""

    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__(gap=4, padding=12)
        self._customers = 0
        self._evaluation: UpliftEvaluation | None = None
        self._budget: Budget | None = None
        self._currency = Currency()
        self.title = ElidedLabel("", "section")
        self.said = Label("", "strong", tabular=True)
        self.segments = Segments([tr("Profit"), tr("Qini"), tr("Deciles")], name=tr("Curve"))
        self.segments.chosen.connect(self._choose)
        self.profit = ProfitChart()
        self.profit.asked.connect(self._say_asked)
        self.profit.asked.connect(self.asked)
        self.qini: QiniChart | None = None  # these two are made when somebody looks at them
        self.deciles: DecileChart | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.profit)
        self._there = QWidget()
        self._there.setObjectName("clear")
        self.picture = PictureButton(self, self._shown, self.title.accessibleName, self.said.text)
        head = row((self.title, 1), self.said, self.picture, self.segments, gap=12)
        self._there.setLayout(column(head, (self.stack, 1), gap=4))
        self._none = EmptyState(
            "offer",
            tr("No curve without a past campaign"),
            tr("Add the outcomes of a campaign with a control group to see what asking earns."),
        )
        self.body.addWidget(self._there, 1)
        self.body.addWidget(self._none, 1)
        self.setMinimumHeight(LEAST_HEIGHT)

    def show_results(self, results: CampaignResults, customers: int, budget: Budget | None, asked: int) -> None:
        """Show a campaign's curves, the marker where so many are asked; without a budget there is nothing to choose.

        Without a signal there is no profit curve.
        """
        evaluation, curve = results.evaluation, results.curve
        self._there.setVisible(evaluation is not None)
        self._none.setVisible(evaluation is None)
        if evaluation is None:
            return
        self._customers = customers
        self._currency = currency_of(results.offers)
        self._budget = budget
        self._evaluation = evaluation
        for chart in (self.qini, self.deciles):
            if chart is not None:
                chart.show_evaluation(evaluation)
        has_profit = curve is not None and evaluation.has_signal
        self.segments.button(PROFIT).setVisible(has_profit)
        if curve is not None and has_profit:
            self.profit.show_curve(curve, customers, self._currency, None if budget is None else budget.most, asked)
        elif self.segments.selected == PROFIT:
            self.segments.select(QINI)
        self._choose(self.segments.selected)

    @Slot(int)
    def _choose(self, index: int) -> None:
        titles = (
            tr("What it earns, by how many are asked"),
            tr("More who say yes, of 100"),
            tr("Points of 100 by tenth of customers"),
        )
        self.stack.setCurrentWidget(self._chart(index))
        self.title.set_whole(titles[index])
        self.said.setVisible(index != DECILES)
        if index == PROFIT:
            self._say_asked(self.profit.slider.value())
        elif self._evaluation is not None:
            self.said.setText(qini_words(self._evaluation))

    def _shown(self) -> QWidget:
        return self._chart(self.segments.selected)

    def _chart(self, index: int) -> QWidget:
        """Return a chart, made and filled at its first use."""
        if index == QINI and self.qini is None:
            self.qini = self._added(QiniChart())
        if index == DECILES and self.deciles is None:
            self.deciles = self._added(DecileChart())
        chart = (self.profit, self.qini, self.deciles)[index]
        assert chart is not None
        return chart

    def _added(self, chart: Chart) -> Chart:
        self.stack.addWidget(chart)
        if self._evaluation is not None:
            chart.show_evaluation(self._evaluation)
        return chart

    @Slot(int)
    def _say_asked(self, asked: int) -> None:
        """Move the marker to where so many are asked and say what it costs and what it earns."""
        chart = self.profit.chart
        if not chart.lines or self._budget is None:
            self.said.setText("")
            return
        share = asked / max(1, self._customers)
        text = tr("{share}: {count} customers").format(share=numbers.percent(share, 0), count=numbers.decimal(asked))
        chart.mark(share, text)
        middle, low, high = chart.value_at(share)
        earned = tr("Earns {amount}, {range}").format(amount=self._currency.amount(middle), range=likely(low, high))
        cost = self._currency.amount(float(self._budget.spent[asked]))
        self.said.setText(tr("Budget {amount}").format(amount=cost))
        self.profit.slider.setAccessibleDescription(f"{text}. {self.said.text()}. {earned}")
        self.profit.slider.setToolTip(earned)
