"""The Recommendations page: whom to ask, with which offer, what that earns, and how far it can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from engine.columns import OFFER
from gui import numbers
from gui.erasing import Erasing
from gui.findings import Finding, chosen_for_all, figures, finding_of, is_undecided, verdict
from gui.fitting_scroll import FittingScroll
from gui.offer_decisions import OfferDecisions
from gui.pane_loaders import PaneLoaders
from gui.recommendations_data import Recommended, recommended
from gui.recommendations_detail import DetailPane
from gui.recommendations_export import RecommendationsExport
from gui.recommendations_figures import FigureCard, NoGainCard, NoSignalCard, use_words
from gui.recommendations_table import CustomerTable
from gui.short_work import ShortWork
from gui.sliding_pane import SlidingPane
from gui.widgets import Button, EmptyState, HonestyLine, Page, column, row

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign
    from gui.charts.curve_card import CurveCard
    from gui.checks_panel import ChecksPanel
    from gui.jobs import JobQueue
    from gui.results import CampaignResults

LEAST_CURVE = 206


class RecommendationsPage(Page):
    """Verdict, figures, honesty line, customers, curve; the pane of one customer at the right."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Recommendations"), jobs, parent)
        self._campaign: Campaign | None = None
        self._all: CampaignResults | None = None
        self._results: CampaignResults | None = None  # of those who can be asked
        self._shown: Recommended | None = None
        self._asked_for = ""  # the customer to go to once the page is worked out
        self._followed = ""  # the customer who was chosen on another page meanwhile
        self._decisions = OfferDecisions(jobs, self)
        self._decisions.began.connect(self._wait_for_change)
        self._decisions.kept.connect(self.changed)
        self._decisions.given_up.connect(self._show_again)
        self._decisions.customer_wanted.connect(self.show_customer)
        self._budget = self._decisions.budget
        self.curve: CurveCard | None = None
        self._work = ShortWork(self.tr("Ranking customers"), self._show, self, share=0.1)
        self._work.failed.connect(self.jobs.failed)
        self._budget.moved.connect(self._follow_budget)
        self._budget.stayed.connect(self._allow_export)
        self._drawing = QTimer(self, singleShot=True, interval=0)
        self._drawing.timeout.connect(self._show_curve)
        self._make_actions()
        self._make_body()
        self._make_pane()
        self.exporting = RecommendationsExport(self, self.customers, self.jobs)
        self.export.clicked.connect(self.exporting.ask)
        self.customers.bar.export_wanted.connect(self.exporting.ask_selected)
        self.set_campaign(None, None)

    def _make_actions(self) -> None:
        self.use_single = Button("-", "primary")
        self.use_single.clicked.connect(self._decisions.choose_single)
        self.take_back = Button(self.tr("Take it back"), "plain", "undo", tip=self.tr("Choose again"))
        self.take_back.clicked.connect(self._decisions.choose_again)
        self.export = Button(self.tr("Export"), "plain", "export", tip=self.tr("Save the customers that are shown"))
        for button in (self.use_single, self.take_back, self.export):
            self.add_action(button)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self._decisions.undo)

    def _make_pane(self) -> None:
        self.pane = DetailPane(self)
        self.pane.preview_wanted.connect(self._open_preview)
        self.pane.withholding_wanted.connect(self._decisions.withhold)
        self.pane.erasing_wanted.connect(self._ask_to_erase)
        self.pane.closed.connect(self.close_pane)
        self._erasing = Erasing(self.jobs, self)
        self._erasing.done.connect(self._erased)
        self._loaders = PaneLoaders(self.pane)
        self._loaders.failed.connect(self.jobs.failed)
        self._place = SlidingPane(self, self.pane)

    def _make_body(self) -> None:
        self.figures = [FigureCard() for _ in range(3)]
        self.checks = Button(self.tr("See the checks"), "quiet", "right", icon_after=True)
        self.checks.clicked.connect(self._turn_to_checks)
        self.panel: ChecksPanel | None = None  # made when somebody opens it
        self.honesty = HonestyLine(self.checks)
        self.customers = CustomerTable()
        self.customers.chosen.connect(self._choose)
        self.customers.picked.connect(self._pick)
        self.customers.opened.connect(self._open)
        self.customers.arranged.connect(self._count_shown)
        self.customers.failed.connect(self.jobs.failed)
        self.customers.bar.preview_wanted.connect(self._open_preview_of_selected)
        self.customers.bar.withholding_wanted.connect(self._withhold_selected)
        self.no_signal = NoSignalCard()
        self.no_gain = NoGainCard()
        self.no_gain.single_wanted.connect(self._decisions.choose_single)
        self.no_gain.personal_wanted.connect(self._decisions.choose_personal)
        self._curve_place = column(gap=0)
        curve = QWidget()
        curve.setMinimumHeight(LEAST_CURVE)
        curve.setLayout(self._curve_place)
        self._main = QWidget()
        self._main.setLayout(column((self.customers, 56), self.no_signal, self.no_gain, (curve, 44), gap=12))
        self._lower = column(self.honesty, (self._main, 1), gap=12)
        content = QWidget()
        content.setLayout(column(row(*((card, 1) for card in self.figures), gap=12), (self._lower, 1), gap=10))
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "offer",
            self.tr("No recommendations yet"),
            self.tr("A campaign needs customers and offers; the outcomes of a past campaign say what offers earn."),
        )
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)

    @Slot(str)
    def _ask_to_erase(self, customer: str) -> None:
        if self._campaign is not None and self._decisions.is_resting:
            self._erasing.ask_to_erase(self._campaign, customer)

    @Slot(str)
    def _erased(self, _: str) -> None:
        """Forget what could be taken back: it may be of the customer who is no more."""
        self._decisions.forget()
        self.changed.emit()

    # what is shown

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show a campaign's recommendations; None shows the empty state."""
        self._decisions.set_campaign(campaign, is_other=campaign is not self._campaign)
        self._campaign, self._all = campaign, results
        self._loaders.set_campaign(campaign, results)
        self.exporting.ads.set_campaign(campaign)
        if results is None or results.customers is None:
            self._work.give_up()
            self._show(None)
            return
        self._work.ask(lambda: recommended(results), results.customers.num_rows)

    @Slot(object)
    def _show(self, shown: Recommended | None) -> None:
        """Show what was worked out."""
        there = shown is not None
        self._shown, self._results = shown, None if shown is None else shown.results
        self.exporting.show_results(shown)
        for part in (self.scroller, self.export):
            part.setVisible(there)
        self.empty.setVisible(not there)
        if shown is None:
            self.set_verdict(self.tr("Nothing is recommended yet."))
            self._decisions.show(None)
            self._show_choice(None)
            self._place.show_customers(False)
            return
        asked = self._decisions.show(shown)
        self._show_figures(shown, asked)
        self.honesty.set_marks(shown.marks)
        has_trial = shown.finding is not Finding.NO_TRIAL
        self.checks.setVisible(has_trial)
        self._show_checks(self._shows_checks and has_trial)
        self._show_choice(shown.results)
        self.customers.setVisible(shown.has_customers)
        self.export.setEnabled(shown.has_customers)
        if self.curve is None:
            self._drawing.start()  # the plotting library takes its time, and the rest need not wait for it
        else:
            self._show_curve()
        if shown.has_customers:
            self.customers.show_customers(shown.results, shown.store, has_trial=has_trial)
        elif shown.finding is Finding.NO_SIGNAL:
            self.no_signal.show_results(shown.results, asked)
            self.export.setToolTip(self.tr("There is nothing personal to export: no difference was found."))
        else:
            self.export.setToolTip(self.tr("Choose first which offers to send."))
        self._place_pane()
        if self._asked_for:
            customer, self._asked_for = self._asked_for, ""
            self.show_customer(customer)
        if self._followed:
            customer, self._followed = self._followed, ""
            self.customers.follow_key(customer)

    def _show_figures(self, shown: Recommended, asked: int) -> None:
        """Show verdict and figures for so many customers asked."""
        most = None if shown.budget is None else shown.budget.most
        worth = most if most is not None and asked < most else None
        self.set_verdict(verdict(shown.results, asked, is_limited=worth is not None))
        found = figures(shown.results, asked, shown.people, worth)
        for card, figure in zip(self.figures, found, strict=True):
            card.show_figure(figure)

    # the budget

    @Slot(int)
    def _follow_budget(self, asked: int) -> None:
        """Let figures, table and pane follow the slider; the file follows when it rests."""
        shown, number = self._shown, self.customers.table.chosen
        if shown is None:
            return
        self._show_figures(shown, asked)
        self.customers.follow_offers()
        self.export.setEnabled(False)
        if number >= 0 and self.pane.offer_key != shown.store.value(OFFER, number):
            self.pane.show_customer(shown.results, shown.store, number)

    @Slot()
    def _allow_export(self) -> None:
        self.export.setEnabled(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep the budget at once when another page is shown."""
        if self._budget.settling.isActive() and self.window().isVisible():
            self._budget.keep()
        super().hideEvent(event)

    # the choice

    def _show_choice(self, results: CampaignResults | None) -> None:
        """Show what the designer can choose: there is something to where personal offers gain nothing."""
        undecided = results is not None and is_undecided(results)
        chosen = None if results is None else chosen_for_all(results)
        no_gain = results is not None and finding_of(results) is Finding.NO_GAIN
        self.no_signal.setVisible(results is not None and finding_of(results) is Finding.NO_SIGNAL)
        self.no_gain.setVisible(undecided)
        self.use_single.setVisible(no_gain and not undecided and chosen is None)
        limited = self._shown is not None and self._shown.is_limited
        has_budget = self._shown is not None and self._shown.budget is not None
        self.take_back.setVisible(chosen is not None or has_budget)  # its room stays while the slider moves
        tip = self.tr("Ask all who are worth an offer (Ctrl+Z)") if limited else self.tr("Choose again (Ctrl+Z)")
        self.take_back.setToolTip(tip)
        self.pane.open_preview.set_kind("plain" if self.use_single.isVisibleTo(self) else "primary")
        if results is not None and no_gain:
            self.no_gain.show_results(results)
            self.use_single.set_text(use_words(results))
        for button in (*self._choices(), self.customers.bar.no_offer):
            button.setEnabled(True)
        self.take_back.setEnabled(chosen is not None or limited)

    def _choices(self) -> tuple[Button, ...]:
        return self.no_gain.use_single, self.no_gain.keep_personal, self.use_single, self.take_back

    @Slot()
    def _show_curve(self) -> None:
        """Show the curves, with a budget to choose where there can be one.

        The plotting library is loaded when it is needed for the first time.
        """
        from gui.charts.curve_card import CurveCard

        shown = self._shown
        if shown is None:
            return
        if self.curve is None:
            self.curve = CurveCard()
            self._budget.follow(self.curve)
            self._curve_place.addWidget(self.curve)
        self.curve.show_results(shown.results, len(shown.store), shown.budget, self._budget.asked)

    @property
    def _shows_checks(self) -> bool:
        return self.panel is not None and self.panel.isVisibleTo(self)

    @Slot()
    def _turn_to_checks(self) -> None:
        """Show the checks in the place of customers and curve, or those again."""
        self._show_checks(not self._shows_checks)
        assert self.panel is not None
        (self.panel.scroller if self._shows_checks else self.checks).setFocus()

    def _show_checks(self, wanted: bool) -> None:
        shown = self._shown
        if wanted and shown is not None:
            if self.panel is None:
                self.panel = self._made_panel()
            self.panel.show_results(shown.results, shown.store)
        if self.panel is not None:
            self.panel.setVisible(wanted)
        self._main.setVisible(not wanted)
        self.checks.set_text(self.tr("Back to the customers") if wanted else self.tr("See the checks"))
        self.checks.set_icon("left" if wanted else "right")
        ways = Qt.LayoutDirection
        self.checks.setLayoutDirection(ways.LeftToRight if wanted else ways.RightToLeft)
        self.checks.setToolTip(self.tr("Leave the checks (Esc)") if wanted else "")

    def _made_panel(self) -> ChecksPanel:
        from gui.checks_panel import ChecksPanel

        panel = ChecksPanel()
        self._lower.addWidget(panel, 1)
        return panel

    @Slot(int)
    def _count_shown(self, rows: int) -> None:
        """Say how many rows are shown; there is nothing to export where there are none."""
        self.export.setEnabled(rows > 0 and self._decisions.is_resting)
        tip = self.tr("Save the {count} customers that are shown, or others").format(count=numbers.decimal(rows))
        self.export.setToolTip(tip if rows else self.tr("No customer is shown."))
        if not rows:
            self.pane.show_nobody()
        self._place_pane()

    # while offers change

    @Slot()
    def _withhold_selected(self) -> None:
        self._decisions.withhold_rows(self.customers.table.selected_rows)

    @Slot()
    def _wait_for_change(self) -> None:
        """Let nothing be chosen or exported while the offers are being changed."""
        for button in (*self._choices(), self.pane.no_offer, self.pane.erase, self.customers.bar.no_offer, self.export):
            button.setEnabled(False)

    @Slot()
    def _show_again(self) -> None:
        """Show what the file has: what was wanted could not be kept."""
        self._budget.forget()
        if self._results is not None:
            self.set_campaign(self._campaign, self._all)

    # one customer

    @property
    def customer(self) -> str:
        """The customer in the pane, empty if there is none."""
        return self.pane.customer if self._has_customer() else ""

    def show_customer(self, customer: str) -> bool:
        """Go to one customer; False where single customers are not shown, or this one has left."""
        if self._work.is_busy:
            self._asked_for = customer
            return True
        if not self._has_customer() or not self.customers.show_key(customer):
            return False
        self._place.open(slides=False)
        self.customer_chosen.emit(customer)
        return True

    def follow_customer(self, customer: str) -> None:
        """Put the cursor on the customer who was chosen on another page, where the table shows them."""
        if self._work.is_busy:
            self._followed = customer
        elif self._has_customer():
            self.customers.follow_key(customer)

    def order_of_offers(self) -> pa.StringArray | None:
        """Return the customers with an offer in the order of the table, unless it does not show them all."""
        return self.customers.order_of_offers() if self._has_customer() and not self._work.is_busy else None

    @Slot(int)
    def _pick(self, number: int) -> None:
        if self._shown is not None:
            self.customer_chosen.emit(self._shown.store.key(number))

    @Slot(int)
    def _choose(self, number: int) -> None:
        if self._shown is None:
            return
        self.pane.show_customer(self._shown.results, self._shown.store, number)
        self._loaders.ask()

    @Slot(int)
    def _open(self, number: int) -> None:
        """Let the pane slide in where it is not there anyway."""
        self._place.open(slides=True)

    @Slot()
    def close_pane(self) -> None:
        """Let the pane slide out."""
        if self._place.close():
            self.customers.table.setFocus()

    @Slot()
    def _open_preview_of_selected(self) -> None:
        """Open the Preview to walk through those who are selected, in the order in which they are shown."""
        if len(self.customers.selection):
            self.selection_wanted.emit(self.customers.selection)

    @Slot(str)
    def _open_preview(self, customer: str) -> None:
        self.step_wanted.emit("preview", customer)

    # the room

    def _has_customer(self) -> bool:
        return self._shown is not None and self._shown.has_customers

    def _place_pane(self) -> None:
        self.customers.details.setVisible(self._place.is_over)
        self._place.show_customers(self._has_customer())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the pane again."""
        super().resizeEvent(event)
        self._place_pane()

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does while there is something to close."""
        is_early = event.type() == QEvent.Type.ShortcutOverride
        if is_early and isinstance(event, QKeyEvent) and self._takes_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the pane on Esc, then the checks."""
        if self._takes_escape(event):
            if self._place.can_close:
                self.close_pane()
            else:
                self._turn_to_checks()
            return
        super().keyPressEvent(event)

    def _takes_escape(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and (self._place.can_close or self._shows_checks)
