"""The import: the files that were given, what they hold and allow, and the mapping of the one that is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from engine.campaign_inputs import lacks_for_campaign
from engine.logs import ImportPlan
from engine.logs.correcting import correct_kind
from engine.logs.reader import MOST_SET_ASIDE
from engine.logs.sources import Source
from gui.data_cards import kind_words, size_words
from gui.fitting_scroll import FittingScroll
from gui.import_jobs import Correction, Judged, Looked, correction_job, looking_job, plan_job, saving_job
from gui.import_words import all_kinds, lack_title, lack_words, missing_words, sure_tip, sure_words
from gui.jobs import JobQueue
from gui.mapping_card import MappingCard
from gui.numbers import percent
from gui.save_place import save_place
from gui.short_table import Cell, Column, ShortTable
from gui.theme import GAP
from gui.widgets import Button, Card, Choice, EmptyState, IconLabel, Label, Notice, bold, clear, column, plain, row

PAUSE_MS = 150  # after a correction, before the first rows are judged again
KIND, SIZE, SURE = 1, 2, 3  # columns of the list of files
KIND_WIDTH = 144
WIDE_FROM, WIDEST_FROM = 1100, 1400  # how sure a kind is, and the size, are shown where there is room
EXAMPLES = "csv, tsv, txt, gz, zip, parquet, xlsx"


class ImportView(QWidget):
    """``changed`` says that the plan, or what it lacks, is another one; ``failed`` carries what went wrong in a job."""

    changed = Signal()
    failed = Signal(Exception)

    def __init__(self) -> None:
        super().__init__()
        self.judged: list[Judged] = []
        self.time_zone = ""
        self.jobs = JobQueue(self)
        self.jobs.failed.connect(self.failed)
        self.jobs.changed.connect(self.changed)
        self._at = -1
        self._corrections: list[tuple[Source, Correction]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._correct)
        self._add_left()
        self.mapping = MappingCard()
        self.mapping.corrected.connect(self.correct)
        self.mapping.dialect.zone_chosen.connect(self._zone_chosen)
        add = Button(self.tr("Choose files"), "plain", "plus")
        add.clicked.connect(self._ask_files)
        load = Button(self.tr("Open a plan"), "quiet", "open")
        load.clicked.connect(self._ask_plan)
        at_first = QWidget()
        at_first.setLayout(row(add, load))
        self.empty = EmptyState(
            "data", self.tr("No files yet"),
            self.tr("Drop calls, internet use, customers, offers and the last campaign here: files, folders or zips. "
                    "What each holds is found out."), at_first,
        )  # fmt: skip
        self.content = QWidget()
        self._sides = row((self.left, 46), (self.mapping, 54), gap=GAP)
        self.content.setLayout(self._sides)
        self.unread = Notice("warning", "warning", "")
        self.setLayout(column(self.unread, (self.content, 1), (self.empty, 1), gap=GAP))
        self.unread.hide()
        self._show()

    def _add_left(self) -> None:
        files = Card(self.tr("Files"))
        self.add_files = Button("", "plain", "plus", tip=self.tr("Add files"))
        self.add_files.clicked.connect(self._ask_files)
        self.load_plan = Button(self.tr("Open a plan"), "quiet")
        self.load_plan.clicked.connect(self._ask_plan)
        self.save_plan = Button(self.tr("Save the plan"), "quiet")
        self.save_plan.clicked.connect(self._ask_where)
        for button in (self.load_plan, self.save_plan, self.add_files):
            files.add_control(button)
        titles = (Column(self.tr("File"), stretches=True), Column(self.tr("What it holds"), width=KIND_WIDTH),
                  Column(self.tr("Size"), is_number=True), Column(self.tr("How sure")),
                  Column(self.tr("State")))  # fmt: skip
        self.table = ShortTable(titles, name=self.tr("Files"), fewest=3)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        files.body.addWidget(self.table)
        allows = Card(self.tr("What these files allow"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        inner = QWidget()
        inner.setLayout(column(self._grid, None))
        allows.body.addWidget(FittingScroll(inner, only_text=True))
        self.left = QWidget()
        self.left.setLayout(column((files, 3), (allows, 2), gap=GAP))

    @property
    def plan(self) -> ImportPlan:
        """How the files will be read; those that are left out are not in it."""
        return ImportPlan(tuple(each.file for each in self.judged if each.file.kind is not None), self.time_zone)

    @property
    def is_busy(self) -> bool:
        """Whether something is looked at, so that the plan may change in a moment."""
        return self.jobs.is_busy or self._pause.isActive()

    def hindrance(self) -> str:
        """Say what has to be done before the files can be read, "" if nothing."""
        if self.is_busy:
            return self.tr("Looking at the files…")
        if not self.judged:
            return self.tr("Choose the files first.")
        needed = [lack for lack in lacks_for_campaign(self.plan) if lack.needed]
        if needed:
            return lack_words(needed[0], self.plan.files)
        return next((each.wrong for each in self.judged if each.wrong), "")

    def take_paths(self, paths: Sequence[Path]) -> None:
        """Find out what files, folders and archives hold."""
        if paths:
            self.jobs.start(looking_job(paths), self._take)
            self.changed.emit()

    def open_plan(self, path: Path) -> None:
        """Take the files of a saved plan, in the place of those that are there."""
        self.jobs.start(plan_job(path), self._take_plan)

    def save_plan_to(self, path: Path) -> None:
        """Save the plan."""
        self.jobs.start(saving_job(self.plan, path))

    def select(self, at: int) -> None:
        """Show the mapping of a file."""
        self.table.selectRow(at)

    def give_up(self) -> None:
        """Want nothing any more of what runs."""
        self._pause.stop()
        self._corrections = []
        self.jobs.drop_all()

    @Slot(object)
    def correct(self, correction: Correction) -> None:
        """Correct the plan of the selected file; after a moment it is judged again."""
        self._corrections.append((self.judged[self._at].file.source, correction))
        self.mapping.set_waiting(True)
        self._pause.start()
        self.changed.emit()

    @Slot(str)
    def _zone_chosen(self, zone: str) -> None:
        """Turn the times of UTC in all files into those of a zone."""
        self.time_zone = zone
        self.correct(replace)

    @Slot()
    def _correct(self) -> None:
        """Do the corrections of one file, once no earlier ones are being done."""
        if self.jobs.is_busy:
            self._pause.start()
            return
        source = self._corrections[0][0]
        corrections = [each for of, each in self._corrections if of == source]
        self._corrections = [(of, each) for of, each in self._corrections if of != source]
        if (at := self._place(source)) is not None:
            job = correction_job(self.judged[at].file, corrections, self.time_zone)
            self.jobs.start(job, self._corrected, failed=self._not_corrected)

    def _place(self, source: Source) -> int | None:
        return next((at for at, each in enumerate(self.judged) if each.file.source == source), None)

    @Slot(object)
    def _corrected(self, judged: Judged) -> None:
        at = self._place(judged.file.source)
        if at is None:
            return
        self.judged[at] = judged
        self._fill_list(is_same=True)
        self._show_allowed()
        if at == self._at:
            self.mapping.show_judged(judged, self.time_zone)
        self._go_on()

    def _go_on(self) -> None:
        """Do the corrections that came meanwhile."""
        if self._corrections:
            self.mapping.set_waiting(True)
            self._pause.start()
        self.changed.emit()

    @Slot(Exception)
    def _not_corrected(self, error: Exception) -> None:
        """Show what was there before, and say why."""
        if 0 <= self._at < len(self.judged):
            self.mapping.show_judged(self.judged[self._at], self.time_zone)
        self._go_on()
        self.failed.emit(error)

    @Slot(object)
    def _take(self, looked: Looked) -> None:
        """Add files to those that are there."""
        known = {each.file.source for each in self.judged}
        self.judged += [each for each in looked.files if each.file.source not in known]
        order = list(all_kinds())
        self.judged.sort(key=lambda each: order.index(each.file.kind) if each.file.kind else -1)
        self._tell_unread(looked)
        self._show()

    @Slot(object)
    def _take_plan(self, looked: Looked) -> None:
        self.judged, self.time_zone = list(looked.files), looked.time_zone
        self._tell_unread(looked)
        self._show()

    def _tell_unread(self, looked: Looked) -> None:
        self.unread.setVisible(bool(looked.unread))
        more = len(looked.unread) - 1
        text = looked.unread[0] if looked.unread else ""
        if more > 0:
            text += " " + self.tr("{count} more cannot be read either.").format(count=more)
        self.unread.set_notice("warning", "warning", plain(text))

    def _show(self) -> None:
        """Show all files anew, the first one that needs a look selected."""
        self.empty.setVisible(not self.judged)
        self.content.setVisible(bool(self.judged))
        self._fill_list(is_same=False)
        self._show_allowed()
        if self.judged:
            self.select(next((at for at, each in enumerate(self.judged) if _needs_a_look(each)), 0))
        self.changed.emit()

    def _fill_list(self, *, is_same: bool) -> None:
        rows = [self._cells(each) for each in self.judged]
        if is_same:
            self.table.change_rows(rows)
        else:
            self.table.show_rows(rows)
        kinds = [*((kind_words(kind), kind) for kind in all_kinds()), (self.tr("Leave it out"), "")]
        for at, each in enumerate(self.judged):
            if not is_same:
                choice = Choice(self.tr("What {name} holds").format(name=each.file.source.name), in_cell=True)
                choice.setPlaceholderText(self.tr("Choose"))
                choice.activated.connect(partial(self._kind_chosen, at))
                self.table.put(at, KIND, choice)
            self.kind_choice(at).offer(kinds, each.file.kind or ("" if each.file.confidence else None))

    def kind_choice(self, at: int) -> Choice:
        """Return the drop-down that says what a file holds."""
        choice = self.table.control(at, KIND)
        assert isinstance(choice, Choice)
        return choice

    def _cells(self, judged: Judged) -> tuple[Cell, ...]:
        file = judged.file
        try:
            size = size_words(file.source.path.stat().st_size)
        except OSError:
            size = ""
        sure = Cell(sure_words(file.confidence), tip=sure_tip(file.confidence)) if file.kind else Cell("")
        return Cell(file.source.name, tip=file.source.place), Cell(""), Cell(size), sure, self._state(judged)

    def _state(self, judged: Judged) -> Cell:
        """Say in a word how it stands with a file, and in the tool tip why."""
        file, found = judged.file, judged.preview
        if file.kind is None and file.confidence:
            return Cell(self.tr("Left out"), "muted")
        if file.kind is None:
            return Cell(self.tr("Unknown"), "warning", "warning", tip=self.tr("It was not recognised what it holds."))
        if judged.wrong:
            return Cell(self.tr("Unreadable"), "danger", "stop", tip=judged.wrong)
        if needed := [each.name for each in file.missing if each.needed]:
            return Cell(self.tr("Incomplete"), "danger", "stop", tip=missing_words(file, needed))
        if found is not None and _loses_much(judged):
            share = percent(found.rejected / found.rows, 0)
            tip = self.tr("{share} of the first rows would be set aside.").format(share=share)
            return Cell(self.tr("{share} aside").format(share=share), "warning", "warning", tip=tip)
        return Cell(self.tr("Ready"), "positive", "check")

    def _show_allowed(self) -> None:
        """Say what is missing, the needed first, and what cannot be done without the rest."""
        clear(self._grid)
        lacks = lacks_for_campaign(self.plan)
        lines: list[tuple[IconLabel, str]] = []
        if not any(lack.needed for lack in lacks):
            lines.append((IconLabel("check", "positive", 18), plain(self.tr("All that a campaign needs is there."))))
        seen: set[tuple[str, str]] = set()
        for lack in lacks:
            words = lack_words(lack, self.plan.files)
            if lack.needed:
                lines.append((IconLabel("stop", "danger", 18), plain(words)))
            elif (lack.kind, lack.role) not in seen:
                lines.append((IconLabel("info", "muted", 18), f"{bold(lack_title(lack))}: {plain(words)}"))
            seen.add((lack.kind, lack.role))
        for place, (mark, sentence) in enumerate(lines):
            self._grid.addWidget(mark, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(Label(sentence, rich=True, wrap=True), place, 1)

    @Slot(QModelIndex)
    def _row_chosen(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.judged):
            self._at = index.row()
            self.mapping.show_judged(self.judged[self._at], self.time_zone)

    def _kind_chosen(self, at: int, _index: int) -> None:
        self.select(at)
        kind = next((kind for kind in all_kinds() if kind == self.kind_choice(at).chosen), None)
        self.correct(partial(correct_kind, kind=kind))

    @Slot()
    def _ask_files(self) -> None:
        pattern = self.tr("Tables") + " (" + " ".join(f"*.{ending}" for ending in EXAMPLES.split(", ")) + ")"
        everything = self.tr("All files") + " (*)"
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Choose files"), str(Path.home()), f"{pattern};;{everything}"
        )
        self.take_paths([Path(name) for name in names])

    @Slot()
    def _ask_plan(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Open a plan"), str(Path.home()), "TOML (*.toml)")
        if name:
            self.open_plan(Path(name))

    @Slot()
    def _ask_where(self) -> None:
        files = [judged.file.source.path for judged in self.judged]
        first = str(files[0].parent / "plan.toml") if files else save_place(self, "plan.toml")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the plan"), first, "TOML (*.toml)")
        if name:
            self.save_plan_to(Path(name))

    def hasHeightForWidth(self) -> bool:
        """Take the height there is: Qt would make the preferred height of the wrapped sentences the least one."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the less important columns of the list only where there is room."""
        for place, stretch in enumerate((46, 54) if event.size().width() >= WIDE_FROM else (44, 56)):
            self._sides.setStretch(place, stretch)
        self.table.setColumnHidden(SURE, event.size().width() < WIDE_FROM)
        self.table.setColumnHidden(SIZE, event.size().width() < WIDEST_FROM)
        super().resizeEvent(event)


def _needs_a_look(judged: Judged) -> bool:
    """Whether a person should look at a file before the others."""
    file = judged.file
    if file.kind is None:
        return not file.confidence
    return any(each.needed for each in file.missing) or _loses_much(judged)


def _loses_much(judged: Judged) -> bool:
    """Whether so many of the first rows would be set aside that the import would ask."""
    found = judged.preview
    return found is not None and found.rejected > MOST_SET_ASIDE * found.rows
