"""The Qini curve: how many more say yes, by how many are asked, with its band and the random line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui import numbers
from gui.charts.line_chart import ChartLine, LineChart, Tick
from gui.charts.profit_curve import tr
from gui.charts.steps_of_axes import nice_steps

if TYPE_CHECKING:
    from engine.uplift import UpliftEvaluation


def qini_lines(evaluation: UpliftEvaluation) -> tuple[ChartLine, ...]:
    """Return the curve and the random line, in probability over all customers."""
    curve = evaluation.curve
    return (
        ChartLine(
            tr("Best customers first"), curve.share, curve.gain, "accent", width=3, low=curve.low, high=curve.high
        ),
        ChartLine(tr("At random"), curve.share, curve.random, "muted", "dotted"),
    )


def point_ticks(low: float, high: float) -> tuple[Tick, ...]:
    """Return round numbers of points of 100."""
    steps = nice_steps(low, high)
    digits = 0 if all(abs(step * 100 - round(step * 100)) < 1e-9 for step in steps) else 1
    return tuple(Tick(step, numbers.points(step, digits, signed=step != 0)) for step in steps)


class QiniChart(LineChart):
    """How many more of 100 customers say yes."""

    def __init__(self) -> None:
        super().__init__(tr("More who say yes, of 100 customers, by how many are asked"))

    def show_evaluation(self, evaluation: UpliftEvaluation) -> None:
        """Show the curve of an evaluation."""
        lines = qini_lines(evaluation)
        values = [value for line in lines for value in (*line.value, *line.low, *line.high)]
        self.show_lines(lines, point_ticks(min(0.0, *values), max(values)))


def qini_words(evaluation: UpliftEvaluation) -> str:
    """Say the Qini with its likely range, in points of 100."""
    ends = numbers.likely_range(
        *(numbers.points(end, signed=False) for end in (evaluation.qini_low, evaluation.qini_high))
    )
    return tr("Qini {value}, likely {range}").format(value=numbers.points(evaluation.qini), range=ends)
