"""What every page of the window is: a title, its verdict, actions, and a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import GAP, PAGE_MARGIN
from gui.widgets.labels import Label
from gui.widgets.layouts import column, row

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign
    from gui.jobs import JobQueue
    from gui.results import CampaignResults


class Page(QWidget):
    """A page opens with its verdict: one sentence with the numbers that matter, under the title.

    Subclasses fill ``body``, call ``set_verdict`` and ``add_action``, and override ``set_campaign``.
    ``step_wanted`` asks the window for another step (a StepKey) and, if the second text is not empty, for that
    customer on it; ``selection_wanted`` asks for the Preview of some customers (an Arrow array of their keys);
    ``customer_chosen`` names the customer to whom somebody went here, whom the other pages then show too;
    ``pitch_wanted`` asks for the full screen; ``changed`` says that the campaign file was altered, so that the window
    reads it anew.
    """

    step_wanted = Signal(str, str)
    selection_wanted = Signal(object)
    customer_chosen = Signal(str)
    verdict_is_below = False  # below title and controls, where the controls leave it little room
    pitch_wanted = Signal()
    changed = Signal()

    def __init__(self, title: str, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.title = title
        self.jobs = jobs
        self.heading = Label(title, "title")
        self.verdict = Label("", "lead", "muted", wrap=True)
        self.verdict.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.action_row = QHBoxLayout()
        self.action_row.setSpacing(8)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        beside = column(self.heading, None if self.verdict_is_below else self.verdict, gap=2)
        self.header = row((beside, 1), self.action_row, gap=GAP)
        head = column(self.header, self.verdict, gap=2) if self.verdict_is_below else self.header
        outer = column(head, (self.body, 1), gap=14, margins=(PAGE_MARGIN, 16, PAGE_MARGIN, 16))
        self.setLayout(outer)

    def set_verdict(self, sentence: str) -> None:
        """Say what this page found, in one sentence with its numbers."""
        self.verdict.setText(sentence)
        self.setAccessibleDescription(sentence)

    def add_action(self, control: QWidget) -> None:
        """Put a control at the right of the title."""
        self.action_row.addWidget(control)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show another campaign, or the same one after it changed; None shows the empty state."""
        raise NotImplementedError

    def show_customer(self, customer: str) -> bool:
        """Go to one customer, where the page has such a thing; return whether it shows this one."""
        return False

    def follow_customer(self, customer: str) -> None:
        """Show the customer who was chosen on another page, where the page shows single ones."""

    def follow_order(self, customers: pa.StringArray) -> None:
        """Turn through the customers with an offer in an order that was chosen on another page."""

    def order_of_offers(self) -> pa.StringArray | None:
        """Return the customers with an offer in the order that was chosen here, where the page has one."""
        return None

    def forget_face(self, customer: str) -> None:
        """Keep nothing of a customer's face, where the page keeps more of faces than its pictures show."""

    def show_selection(self, customers: pa.StringArray) -> None:
        """Walk through some customers, where the page has such a thing."""

    def open_pitch(self) -> None:
        """Show the pitch on the full screen, where the page has one."""

    def take_paths(self, paths: list[str]) -> None:
        """Take files or folders that were dropped on the window, where the page has a use for them."""
