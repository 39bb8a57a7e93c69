"""The steps of the work, in their order, and what the rail says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from gui.loyalty_verdict import why_nothing
from gui.numbers import decimal
from gui.results import CampaignResults, seen_changes
from gui.theme import Tone

if TYPE_CHECKING:
    from gui.jobs import JobQueue
    from gui.widgets import Page

StepKey = Literal["data", "loyalty", "recommendations", "faces", "preview"]
State = Literal["done", "look", "none"]
MARKS: dict[State, tuple[str, Tone]] = {
    "done": ("check", "positive"),
    "look": ("warning", "warning"),
    "none": ("", "text"),
}
MANY_SET_ASIDE = 0.05


@dataclass(frozen=True)
class Step:
    """A step: its key, its name in the rail, its icon."""

    key: StepKey
    name: str
    icon: str


@dataclass(frozen=True)
class StepMark:
    """Whether a step is done, wants a look, or has nothing yet; and why, in words."""

    state: State
    says: str = ""


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("steps", text)


def steps() -> tuple[Step, ...]:
    """Return the steps that exist."""
    return (
        Step("data", tr("Data"), "data"),
        Step("loyalty", tr("Loyalty"), "loyalty"),
        Step("recommendations", tr("Recommendations"), "offer"),
        Step("faces", tr("Faces"), "lookalike"),
        Step("preview", tr("Preview"), "preview"),
    )


def make_page(key: StepKey, jobs: JobQueue) -> Page:
    """Make the page of a step; its module is imported now, not at the start of the program."""
    if key == "data":
        from gui.data_page import DataPage

        return DataPage(jobs)
    if key == "loyalty":
        from gui.loyalty_page import LoyaltyPage

        return LoyaltyPage(jobs)
    if key == "recommendations":
        from gui.recommendations_page import RecommendationsPage

        return RecommendationsPage(jobs)
    if key == "faces":
        from gui.faces_page import FacesPage

        return FacesPage(jobs)
    from gui.preview_page import PreviewPage

    return PreviewPage(jobs)


def step_marks(results: CampaignResults | None) -> dict[StepKey, StepMark]:
    """Say for each step whether it is done, wants a look, or has nothing yet."""
    if results is None:
        return {step.key: StepMark("none", tr("nothing yet")) for step in steps()}
    return {
        "data": _data_mark(results),
        "loyalty": _loyalty_mark(results),
        "recommendations": _recommendations_mark(results),
        "faces": _faces_mark(results),
        "preview": _preview_mark(results),
    }


def _data_mark(results: CampaignResults) -> StepMark:
    rows = sum(report.rows for report in results.files)
    rejected = sum(report.rejected for report in results.files)
    if rows == 0:
        return StepMark("none", tr("nothing yet"))
    if rejected > MANY_SET_ASIDE * rows:
        return StepMark("look", tr("{count} rows were set aside").format(count=decimal(rejected)))
    return StepMark("done", tr("done"))


def _loyalty_mark(results: CampaignResults) -> StepMark:
    if results.loyalty is None:
        return StepMark("none", tr("nothing yet"))
    missing = why_nothing(results)
    if missing is not None:
        return StepMark("look", missing[0])
    return StepMark("done", tr("{count} changes of phone seen").format(count=decimal(seen_changes(results.loyalty))))


def _recommendations_mark(results: CampaignResults) -> StepMark:
    if results.customers is None or results.customers.num_rows == 0:
        return StepMark("none", tr("nothing yet"))
    if results.evaluation is None:
        return StepMark("look", tr("there was no past campaign to learn from"))
    if not results.evaluation.has_signal:
        return StepMark("look", tr("no difference between customers was found"))
    is_open = results.choice is None or results.choice.kind == "open"
    if is_open and results.value is not None and results.value.gain_low <= 0:
        return StepMark("look", tr("one offer for all does as well"))
    return StepMark("done", tr("done"))


def _faces_mark(results: CampaignResults) -> StepMark:
    if not results.inventory:
        return StepMark("none", tr("nothing yet"))
    if results.unusable:
        said = tr("{count} photos may not be used")
        return StepMark("look", said.format(count=decimal(results.unusable)))
    if not results.matched:
        return StepMark("look", tr("nobody has a look-alike yet"))
    return StepMark("done", tr("{count} campaign photos").format(count=decimal(len(results.inventory))))


def _preview_mark(results: CampaignResults) -> StepMark:
    if not len(results.order):
        return StepMark("none", tr("nothing yet"))
    if not results.matched:
        return StepMark("look", tr("nobody has a look-alike yet"))
    if results.evaluation is None:
        return StepMark("look", tr("there was no past campaign to learn from"))
    return StepMark("done", tr("{count} customers have a look-alike").format(count=decimal(len(results.matched))))
