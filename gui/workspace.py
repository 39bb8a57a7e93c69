"""An open campaign: the rail and the page of the chosen step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.jobs import JobQueue
from gui.rail import Rail
from gui.results import CampaignResults
from gui.steps import StepKey, make_page, step_marks, steps
from gui.widgets import Page, row

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign

NARROW_BELOW = 1120


class Workspace(QWidget):
    """Makes each page when it is first shown and hands it the open campaign."""

    pitch_wanted = Signal()
    campaign_changed = Signal()

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._campaign: Campaign | None = None
        self._results: CampaignResults | None = None
        self._visited: list[StepKey] = []
        self._customer = ""  # to whom somebody went on one of the pages
        self._stale: set[StepKey] = set()
        self.pages: dict[StepKey, Page] = {}
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.setLayout(row(self.rail, (self.stack, 1), gap=0))
        self.rail.step_chosen.connect(self._go)

    @property
    def step(self) -> StepKey | None:
        """The step that is shown."""
        return self._visited[-1] if self._visited else None

    @property
    def current_page(self) -> Page | None:
        """The page that is shown."""
        return None if self.step is None else self.page(self.step)

    @property
    def results(self) -> CampaignResults | None:
        """What the open campaign holds."""
        return self._results

    def go_to_customer(self, customer: str) -> None:
        """Show a customer on the page that is shown if it can, else in the Preview."""
        page = self.current_page
        if page is None or not page.show_customer(customer):
            self.show_step("preview", customer)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show a campaign; the pages that are not on the screen take it when they are."""
        if campaign is not self._campaign:
            self._customer = ""
        self._campaign, self._results = campaign, results
        self._stale = set(self.pages)
        if campaign is not None:
            self.rail.show_campaign(campaign.name, is_demo=campaign.is_demo)
            asks_network = results is not None and results.origin.asks_network
            self.rail.show_promise(results.origin.warehouse if results is not None and asks_network else "")
        self.rail.show_marks(step_marks(results))
        if campaign is None:
            for page in self.pages.values():
                page.set_campaign(None, None)
            self._stale.clear()
            self._visited.clear()
        elif self.step is not None:
            self._refresh(self.step)

    def show_step(self, key: StepKey, customer: str = "") -> None:
        """Show the page of a step, at a customer if one is named."""
        page = self.page(key)
        self._refresh(key)
        self._share_order(page)
        self.stack.setCurrentWidget(page)
        self.rail.select(key)
        is_other = self.step != key
        if is_other:
            self._visited.append(key)
        if customer:
            page.show_customer(customer)
        elif is_other and self._customer:
            page.follow_customer(self._customer)

    def _share_order(self, page: Page) -> None:
        """Let a page turn through the customers in the order that was chosen on another one."""
        for other in self.pages.values():
            order = other.order_of_offers()
            if order is not None and other is not page:
                page.follow_order(order)

    @Slot(str)
    def _choose(self, customer: str) -> None:
        self._customer = customer

    def focus_step(self) -> None:
        """Give the keys to the step that is shown, where a campaign's work begins."""
        if self.step is not None:
            self.rail.buttons[self.step].setFocus(Qt.FocusReason.OtherFocusReason)

    def page(self, key: StepKey) -> Page:
        """Return the page of a step, made at its first use."""
        if key not in self.pages:
            page = make_page(key, self._jobs)
            page.step_wanted.connect(self._wanted)
            page.selection_wanted.connect(self._show_selection)
            page.customer_chosen.connect(self._choose)
            page.pitch_wanted.connect(self.pitch_wanted)
            page.changed.connect(self.campaign_changed)
            self.pages[key] = page
            self._stale.add(key)
            self.stack.addWidget(page)
        return self.pages[key]

    def back(self) -> bool:
        """Return to the step shown before; False if there was none."""
        if len(self._visited) < 2:
            return False
        self._visited.pop()
        self.show_step(self._visited[-1])
        return True

    def open_pitch(self) -> None:
        """Show the pitch, which belongs to the preview."""
        page = self.page("preview")
        self._refresh("preview")
        page.open_pitch()

    def take_paths(self, paths: list[Path]) -> None:
        """Hand dropped files to the page that is shown."""
        if self.step is not None:
            self.page(self.step).take_paths([str(path) for path in paths])

    def set_narrow(self, width: int) -> None:
        """Make the rail fit a window of a width."""
        self.rail.set_narrow(width < NARROW_BELOW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the rail that fits."""
        self.set_narrow(event.size().width())
        super().resizeEvent(event)

    def _refresh(self, key: StepKey) -> None:
        if key in self._stale:
            self._stale.discard(key)
            self.page(key).set_campaign(self._campaign, self._results)

    @Slot(object)
    def _show_selection(self, customers: pa.StringArray) -> None:
        """Walk through some customers in the Preview."""
        self.show_step("preview")
        self.page("preview").show_selection(customers)

    @Slot(str)
    def _go(self, key: str) -> None:
        self._wanted(key, "")

    @Slot(str, str)
    def _wanted(self, key: str, customer: str) -> None:
        for step in steps():
            if step.key == key:
                self.show_step(step.key, customer)
