"""The Recommendations page: whom to ask, with which offer, what that earns, and how far it can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPropertyAnimation, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QStyle, QWidget

from engine.columns import NO_OFFER, OFFER, RECOMMENDATION_COLUMNS
from engine.job import Job, JobContext
from gui import numbers
from gui.budget import Budget, budget_of
from gui.column_store import ColumnStore
from gui.customer_photo import CustomerPhoto, CustomerPhotoLoader
from gui.findings import Finding, chosen_for_all, figures, finding_of, is_undecided, verdict
from gui.fitting_scroll import FittingScroll
from gui.honesty import honesty_marks
from gui.offer_changes import OfferChanges
from gui.recommendations_columns import customer_store
from gui.recommendations_detail import DetailPane
from gui.recommendations_figures import FigureCard, NoGainCard, NoSignalCard, use_words
from gui.recommendations_table import CustomerTable
from gui.results import CampaignResults, of_who_is_there
from gui.short_work import ShortWork
from gui.theme import DETAIL_PANE, PAGE_MARGIN
from gui.widgets import Button, EmptyState, HonestyLine, Page, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.charts.curve_card import CurveCard
    from gui.jobs import JobQueue

SLIDES_BELOW = 1280  # width of the window
SLIDE_MS = 140


class RecommendationsPage(Page):
    """Verdict, figures, honesty line, customers, curve; the pane of one customer at the right."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Recommendations"), jobs, parent)
        self._campaign: Campaign | None = None
        self._results: CampaignResults | None = None
        self._store: ColumnStore | None = None
        self._is_open = False
        self._changes = OfferChanges(jobs, self)
        self._changes.began.connect(self._wait_for_change)
        self._changes.kept.connect(self.changed)
        self._changes.given_up.connect(self._show_again)
        self.curve: CurveCard | None = None
        self._budgets = ShortWork(self.tr("Adding up costs"), self._take_budget, self)
        self._budgets.failed.connect(self.jobs.failed)
        self._photos = CustomerPhotoLoader(self)
        self._photos.loaded.connect(self._take_photo)
        self._photos.failed.connect(self.jobs.failed)
        self.use_single = Button("-", "primary")
        self.use_single.clicked.connect(self.choose_single)
        self.take_back = Button(self.tr("Take it back"), "plain", "undo", tip=self.tr("Choose again (Ctrl+Z)"))
        self.take_back.clicked.connect(self.choose_again)
        self.add_action(self.use_single)
        self.add_action(self.take_back)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo)
        self.export = Button(self.tr("Export"), "plain", "export", tip=self.tr("Save the customers that are shown"))
        self.export.clicked.connect(self._ask_where)
        self.add_action(self.export)
        self._make_body()
        self.pane = DetailPane(self)
        self.pane.preview_wanted.connect(self._open_preview)
        self.pane.withholding_wanted.connect(self._changes.withhold)
        self.pane.closed.connect(self.close_pane)
        self._slide = QPropertyAnimation(self.pane, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._settle_pane)
        self.set_campaign(None, None)

    def _make_body(self) -> None:
        self.figures = [FigureCard() for _ in range(3)]
        self.checks = Button(self.tr("See the checks"), "quiet", "right", icon_after=True)
        self.checks.clicked.connect(self._show_checks)
        self.honesty = HonestyLine(self.checks)
        self.customers = CustomerTable()
        self.customers.chosen.connect(self._choose)
        self.customers.opened.connect(self._open)
        self.customers.arranged.connect(self._count_shown)
        self.customers.failed.connect(self.jobs.failed)
        self.no_signal = NoSignalCard()
        self.no_gain = NoGainCard()
        self.no_gain.single_wanted.connect(self.choose_single)
        self.no_gain.personal_wanted.connect(self.choose_personal)
        self._lower = column(self.honesty, (self.customers, 56), self.no_signal, self.no_gain, gap=12)
        content = QWidget()
        content.setLayout(column(row(*((card, 1) for card in self.figures), gap=12), self._lower, gap=10))
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "offer",
            self.tr("No recommendations yet"),
            self.tr("A campaign needs customers and offers; the outcomes of a past campaign say what offers earn."),
        )
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)

    # what is shown

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show a campaign's recommendations; None shows the empty state."""
        results = None if results is None else of_who_is_there(results)
        there = results is not None and results.customers is not None and results.customers.num_rows > 0
        self._changes.set_campaign(campaign)
        self._campaign, self._results = campaign, results if there else None
        self._store = None
        self._budgets.give_up()
        self._photos.set_campaign(campaign, results)
        for part in (self.scroller, self.export):
            part.setVisible(there)
        self.empty.setVisible(not there)
        if not there or results is None:
            self.set_verdict(self.tr("Nothing is recommended yet."))
            self._is_open = False
            self._show_choice(None)
            self._place_pane()
            return
        self._store = store = customer_store(results)
        asked = len(store) - store.text(OFFER).counts().get(NO_OFFER, 0)
        finding = finding_of(results)
        self.set_verdict(verdict(results, asked))
        for card, figure in zip(self.figures, figures(results, asked, len(store)), strict=True):
            card.show_figure(figure)
        self.honesty.set_marks(honesty_marks(results, store))
        self.checks.setVisible(finding is not Finding.NO_TRIAL)
        self._show_choice(results)
        self.customers.setVisible(self._has_customer())
        self.export.setEnabled(self._has_customer())
        is_ranked = self._has_customer() and chosen_for_all(results) is None
        self._show_curve(results, asked / len(store) if is_ranked else None)
        if self._has_customer():
            self.customers.show_customers(results, store, has_trial=finding is not Finding.NO_TRIAL)
        elif finding is Finding.NO_SIGNAL:
            self.no_signal.show_results(results, asked)
            self.export.setToolTip(self.tr("There is nothing personal to export: no difference was found."))
        else:
            self.export.setToolTip(self.tr("Choose first which offers to send."))
        self._place_pane()

    def _show_choice(self, results: CampaignResults | None) -> None:
        """Show what the designer can choose: there is something to where personal offers gain nothing."""
        undecided = results is not None and is_undecided(results)
        chosen = None if results is None else chosen_for_all(results)
        no_gain = results is not None and finding_of(results) is Finding.NO_GAIN
        self.no_signal.setVisible(results is not None and finding_of(results) is Finding.NO_SIGNAL)
        self.no_gain.setVisible(undecided)
        self.use_single.setVisible(no_gain and not undecided and chosen is None)
        self.take_back.setVisible(chosen is not None)
        self.pane.open_preview.set_kind("plain" if self.use_single.isVisibleTo(self) else "primary")
        if results is not None and no_gain:
            self.no_gain.show_results(results)
            self.use_single.set_text(use_words(results))
        for button in self._choices():
            button.setEnabled(True)

    def _choices(self) -> tuple[Button, ...]:
        return self.no_gain.use_single, self.no_gain.keep_personal, self.use_single, self.take_back

    def _show_curve(self, results: CampaignResults, share: float | None) -> None:
        """Show the curves, with a budget to choose where there is a ``share`` to begin with.

        The plotting library is loaded when it is needed for the first time.
        """
        from gui.charts.curve_card import CurveCard

        if self.curve is None:
            self.curve = CurveCard()
            self._lower.addWidget(self.curve, 44)
        self.curve.show_results(results, self._store, share)
        store = self._store
        if store is not None and results.curve is not None and share is not None:
            self._budgets.ask(lambda: budget_of(store, results.offers), len(store))

    @Slot(object)
    def _take_budget(self, budget: Budget | None) -> None:
        if self.curve is not None:
            self.curve.show_budget(budget)

    @Slot()
    def _show_checks(self) -> None:
        if self.curve is not None:
            self.curve.show_checks()
            self.scroller.ensureWidgetVisible(self.curve)

    @Slot(int)
    def _count_shown(self, rows: int) -> None:
        """Say how many rows are shown; there is nothing to export where there are none."""
        self.export.setEnabled(rows > 0 and not self._changes.is_busy)
        tip = self.tr("Save the {count} customers that are shown, as CSV").format(count=numbers.decimal(rows))
        self.export.setToolTip(tip if rows else self.tr("No customer is shown."))
        self._place_pane()

    # one offer for all or personal ones, and who shall have none

    @Slot()
    def choose_single(self) -> None:
        """Send the best single offer to all."""
        from engine.offers import Choice

        value = None if self._results is None else self._results.value
        if value is not None:
            self._changes.choose(Choice("for_all", value.best_single_offer))

    @Slot()
    def choose_personal(self) -> None:
        """Keep personal offers."""
        from engine.offers import Choice

        self._changes.choose(Choice("personal"))

    @Slot()
    def choose_again(self) -> None:
        """Take back that one offer goes to all."""
        from engine.offers import Choice

        if self._results is not None and chosen_for_all(self._results) is not None:
            self._changes.choose(Choice())

    @Slot()
    def undo(self) -> None:
        """Take back what was withheld or given back last, and go to its customer; else that one offer goes to all."""
        last = self._changes.last
        if last is None:
            self.choose_again()
        elif not self._changes.is_busy:
            self.show_customer(last.customer)
            self._changes.undo()

    @Slot()
    def _wait_for_change(self) -> None:
        """Let nothing be chosen or exported while the offers are being changed."""
        for button in (*self._choices(), self.pane.no_offer, self.export):
            button.setEnabled(False)

    @Slot()
    def _show_again(self) -> None:
        self.set_campaign(self._campaign, self._results)

    # one customer

    @property
    def customer(self) -> str:
        """The customer in the pane, empty if there is none."""
        return self.pane.customer if self._has_customer() else ""

    def show_customer(self, customer: str) -> bool:
        """Go to one customer; False where single customers are not shown, or this one has left."""
        if not self._has_customer() or not self.customers.show_key(customer):
            return False
        self._is_open = True
        self._place_pane()
        return True

    @Slot(int)
    def _choose(self, number: int) -> None:
        if self._results is None or self._store is None:
            return
        self.pane.show_customer(self._results, self._store, number)
        self._photos.ask(self.pane.customer)

    @Slot(object)
    def _take_photo(self, photo: CustomerPhoto) -> None:
        self.pane.show_photo(photo, self._photos.today)

    @Slot(int)
    def _open(self, number: int) -> None:
        """Let the pane slide in where it is not there anyway."""
        if not self._is_open:
            self._is_open = True
            self._place_pane(slides=True)

    @Slot()
    def close_pane(self) -> None:
        """Let the pane slide out."""
        if self._is_open and self._is_over():
            self._is_open = False
            self._place_pane(slides=True)
            self.customers.table.setFocus()

    @Slot(str)
    def _open_preview(self, customer: str) -> None:
        self.step_wanted.emit("preview", customer)

    # the room

    def _is_over(self) -> bool:
        """Whether the pane lies over the page instead of beside it."""
        return self.window().width() < SLIDES_BELOW

    def _has_customer(self) -> bool:
        """Whether single customers are shown: not without a signal, nor before a choice that is the designer's."""
        results = self._results
        return results is not None and finding_of(results) is not Finding.NO_SIGNAL and not is_undecided(results)

    def _place_pane(self, *, slides: bool = False) -> None:
        """Put the pane beside the page, over it, or away."""
        over, has_customer = self._is_over(), self._has_customer()
        beside = has_customer and not over
        right = DETAIL_PANE + 16 if beside else PAGE_MARGIN
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(PAGE_MARGIN, 16, right, 12)
        self.customers.details.setVisible(over)
        self.pane.set_closable(over)
        self.pane.resize(DETAIL_PANE, self.height())
        is_in = beside or (has_customer and over and self._is_open)
        target = QPoint(self.width() - DETAIL_PANE if is_in else self.width(), 0)
        self._slide.stop()
        moves = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        self.pane.raise_()
        if slides and moves and self.isVisible():
            self.pane.show()
            self._slide.setDuration(SLIDE_MS)
            self._slide.setEndValue(target)
            self._slide.start()
            return
        self.pane.move(target)
        self.pane.setVisible(is_in)

    @Slot()
    def _settle_pane(self) -> None:
        """Hide the pane once it has slid out, so that Tab does not reach it."""
        self.pane.setVisible(self.pane.x() < self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the pane again."""
        super().resizeEvent(event)
        self._place_pane()

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does while the pane lies over the page."""
        is_early = event.type() == QEvent.Type.ShortcutOverride
        if is_early and isinstance(event, QKeyEvent) and self._closes_pane(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the pane on Esc."""
        if self._closes_pane(event):
            self.close_pane()
            return
        super().keyPressEvent(event)

    def _closes_pane(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self._is_open and self._is_over()

    # export

    @Slot()
    def _ask_where(self) -> None:
        """Ask for a file and save what is shown."""
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the customers that are shown"), "recommendations.csv", self.tr("CSV files (*.csv)")
        )
        if chosen:
            self.save_shown(Path(chosen))

    def save_shown(self, path: Path) -> None:
        """Save the customers that are shown, in their order, in a job; a failure is told by the window."""
        results, rows = self._results, self.customers.rows
        if results is None or results.customers is None or not self._has_customer():
            return
        table, note = results.customers, self.honesty.accessibleName()

        def work(context: JobContext) -> None:
            from engine.export import write_csv

            names = [name for name in RECOMMENDATION_COLUMNS if name in table.column_names]
            write_csv(table.select(names), path, rows=rows, note=note, context=context)

        job = Job(self.tr("Saving recommendations"), work)
        self.jobs.start(job, afterwards=self.tr("Recommendations saved: {file}").format(file=path.name))
