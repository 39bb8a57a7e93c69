"""With whom to begin: the customers whose reach together covers most, found in a job, with their export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from engine.job import Job, JobContext
from engine.social import SeedList, campaign_seeds
from gui import numbers
from gui.save_place import save_place
from gui.short_table import Cell, Column, ShortTable
from gui.widgets import Button, Card, Choice, Label, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.social import Circles
    from gui.jobs import JobQueue, Task

COUNTS = (10, 25, 50, 100, 250, 500)
FIRST_COUNT = 25


def tr(text: str) -> str:
    """Translate a phrase of the Social tab."""
    return QCoreApplication.translate("social", text)


def seeds_words(found: SeedList) -> str:
    """Say what seeds reach, and how good the choice is at least."""
    seeds = found.seeds
    said = tr(
        "These {k} reach about {reached} of {customers} customers in two hops, themselves included. No other {k} reach "
        "more than {best}: that is at least {share} of 100 of the best possible ({confidence} confidence)."
    )
    return said.format(
        k=numbers.decimal(len(seeds.customers)),
        reached=numbers.decimal(seeds.reached),
        customers=numbers.decimal(found.customers),
        best=numbers.decimal(seeds.best_possible),
        share=numbers.decimal(int(100 * seeds.guarantee)),
        confidence=numbers.percent(seeds.confidence, 0),
    )


class SeedsCard(Card):
    """How many customers to begin with, who they are, and how good the choice is. ``chosen`` names one of them."""

    chosen = Signal(str)

    def __init__(self, jobs: JobQueue) -> None:
        super().__init__(tr("Whom to begin with"), gap=6)
        self._jobs = jobs
        self._campaign: Campaign | None = None
        self._made_of: tuple[int, int] | None = None
        self._task: Task | None = None
        self.found: SeedList | None = None
        self.count = Choice(tr("How many customers to begin with"))
        self.count.offer([(numbers.decimal(k), str(k)) for k in COUNTS], str(FIRST_COUNT))
        self.start = Button(tr("Find them"), icon_name="search")
        self.start.clicked.connect(self._find)
        self.save = Button(tr("Save the list"), "quiet", "export")
        self.save.clicked.connect(self._ask_where)
        top = Qt.AlignmentFlag.AlignTop  # where the list is not there yet
        self.sentence = Label("", "body", "muted", wrap=True, align=top)
        columns = (
            Column("#", is_number=True),
            Column(tr("Customer"), stretches=True),
            Column(tr("Reached so far"), is_number=True),
        )
        self.table = ShortTable(columns, name=tr("Customers to begin with"), fewest=3)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.add_control(self.save)
        self.body.addLayout(row(Label(tr("Customers")), self.count, self.start, None))
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.table, 1)
        self._show(None)

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Find seeds of a campaign; those of another one go."""
        if campaign is not self._campaign:
            self._give_up()
            self._show(None)
        self._campaign = campaign

    def show_circles(self, circles: Circles) -> None:
        """Let go of seeds that were found in other circles, as before somebody was erased."""
        made_of = circles.circle.num_rows, circles.people.num_rows
        if self._made_of not in (None, made_of):
            self._show(None)
        self._made_of = made_of

    def _give_up(self) -> None:
        if self._task is not None:
            self._jobs.drop(self._task)
        self._ended()

    @Slot()
    def _find(self) -> None:
        campaign, wanted = self._campaign, self.count.chosen
        if campaign is None or wanted is None:
            return
        k = int(wanted)

        def work(context: JobContext) -> SeedList:
            return campaign_seeds(campaign, k, context)

        self.start.setEnabled(False)
        self._task = self._jobs.start(
            Job(tr("Finding whom to begin with"), work), self._take, failed=self._fail, cancelled=self._ended,
            afterwards=tr("Found whom to begin with"),
        )  # fmt: skip

    @Slot(object)
    def _take(self, found: SeedList) -> None:
        self._ended()
        self._show(found)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._ended()
        self._jobs.failed.emit(error)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.start.setEnabled(True)

    def _show(self, found: SeedList | None) -> None:
        self.found = found
        there = found is not None and bool(found.together)
        self.table.setVisible(there)
        self.save.setVisible(there)
        if found is None or not there:
            self.sentence.setText(tr("The customers whose reach together covers most: nobody is counted twice."))
            return
        self.sentence.setText(seeds_words(found))
        self.table.show_rows(
            [
                (Cell(numbers.decimal(place + 1)), Cell(numbers.customer_key(who)), Cell(numbers.decimal(together, 1)))
                for place, (who, together) in enumerate(zip(found.seeds.customers, found.together, strict=True))
            ]
        )

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid() and self.found is not None:
            self.chosen.emit(self.found.seeds.customers[now.row()])

    @Slot()
    def _ask_where(self) -> None:
        """Ask for a file and save the list."""
        place, kind = save_place(self, "seeds.csv"), tr("CSV files (*.csv)")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save whom to begin with"), place, kind)
        if name:
            self.save_list(Path(name))

    def save_list(self, path: Path) -> None:
        """Save the list as CSV in a job, with how good it is in every row; a failure is told by the window."""
        found = self.found
        if found is None:
            return

        def work(context: JobContext) -> None:
            from engine.table_files import write_csv

            write_csv(found.table(), path, note=seeds_words(found), context=context)

        job = Job(tr("Saving whom to begin with"), work)
        self._jobs.start(job, afterwards=tr("List saved: {file}").format(file=path.name))
