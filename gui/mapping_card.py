"""What each column of a file is taken to be, to be corrected, and what would be rejected that way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.logs import FilePlan, Preview
from engine.logs.correcting import correct_kind, correct_role
from engine.logs.layout import LAYOUTS
from gui import numbers
from gui.data_cards import kind_words
from gui.dialect_line import DialectLine
from gui.fitting_scroll import FittingScroll
from gui.import_jobs import Judged
from gui.import_words import all_kinds, missing_words, role_words_in, sure_tip, sure_words
from gui.short_table import Cell, Column, ShortTable
from gui.widgets import Button, Card, Choice, Label, Notice, column, dim, plain

ROLE, SURE = 2, 3  # columns: of the drop-downs, and of how sure each is
SURE_FROM = 600
ROLE_WIDTH = 168


class MappingCard(Card):
    """``corrected`` carries a Correction of the file that is shown; ``left_out`` says that it shall not be read."""

    corrected = Signal(object)

    def __init__(self) -> None:
        super().__init__(" ")
        self.judged: Judged | None = None
        self.kind = Choice(self.tr("What the file holds"))
        self.kind.setPlaceholderText(self.tr("Choose what it holds"))
        self.kind.activated.connect(self._kind_chosen)
        self.add_control(self.kind)
        self.dialect = DialectLine()
        self.dialect.corrected.connect(self.corrected)
        titles = (Column(self.tr("Column in the file")), Column(self.tr("Values"), stretches=True),
                  Column(self.tr("What it is"), width=ROLE_WIDTH), Column(self.tr("How sure")))  # fmt: skip
        self.table = ShortTable(titles, name=self.tr("Columns of the file"), fewest=4)
        self.choose = Button(self.tr("Choose a column"))
        self.choose.clicked.connect(self._open_first_unused)
        self.notice = Notice("warning", "warning", "", self.choose)
        self.verdict = Label("", "strong", wrap=True)
        reasons = (Column(self.tr("Would be set aside because")), Column(self.tr("Rows"), is_number=True),
                   Column(self.tr("First one"), stretches=True))  # fmt: skip
        self.reasons = ShortTable(reasons, name=self.tr("What would be set aside, by reason"), fewest=1)
        inner = QWidget()
        inner.setLayout(column(self.notice, self.dialect, (self.table, 1), self.verdict, self.reasons))
        self.body.addWidget(FittingScroll(inner), 1)

    def show_judged(self, judged: Judged, time_zone: str) -> None:
        """Show a file's plan; drop-downs of the same columns stay, and with them the place of the keyboard."""
        before, self.judged = self.judged, judged
        file = judged.file
        self.set_title(file.source.name)
        self.heading.setToolTip(file.source.place)
        self.kind.offer([*((kind_words(kind), kind) for kind in all_kinds()), (self.tr("Leave it out"), "")],
                        file.kind or ("" if file.confidence else None))  # fmt: skip
        self.dialect.show_file(file, time_zone)
        self._show_columns(file, is_same=before is not None and _names(before.file) == _names(file))
        self._show_missing(file)
        self._show_preview(judged)
        self.set_waiting(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the values room: where it is narrow, how sure a role is stands in its tool tip alone."""
        self.table.setColumnHidden(SURE, event.size().width() < SURE_FROM)
        super().resizeEvent(event)

    def set_waiting(self, is_waiting: bool) -> None:
        """Dim what will be judged again in a moment."""
        dim(self.verdict, is_waiting)
        dim(self.reasons, is_waiting)

    def role_choice(self, place: int) -> Choice:
        """Return the drop-down of a column."""
        choice = self.table.control(place, ROLE)
        assert isinstance(choice, Choice)
        return choice

    def _show_columns(self, file: FilePlan, *, is_same: bool) -> None:
        rows = [
            (
                Cell(each.name, tip=each.name),
                Cell(", ".join(each.samples), tone="muted", tip="\n".join(each.samples)),
                Cell(""),
                Cell(sure_words(each.confidence), tip=sure_tip(each.confidence)) if each.role else Cell(""),
            )
            for each in file.columns
        ]
        if is_same:
            self.table.change_rows(rows)
        else:
            self.table.show_rows(rows)
        roles = [""] + ([each.name for each in LAYOUTS[file.kind].roles] if file.kind else [])
        for place, each in enumerate(file.columns):
            if not is_same:
                choice = Choice(self.tr("What the column {name} is").format(name=each.name), in_cell=True)
                choice.activated.connect(partial(self._role_chosen, place))
                self.table.put(place, ROLE, choice)
            self.role_choice(place).offer([(role_words_in(file, role), role) for role in roles], each.role)
            self.role_choice(place).setEnabled(file.kind is not None)
            sure = f"{sure_words(each.confidence)}, {sure_tip(each.confidence)}" if each.role else ""
            self.role_choice(place).setToolTip(sure)

    def _show_missing(self, file: FilePlan) -> None:
        """Say what is not there that has to be."""
        needed = [] if file.kind is None else [each.name for each in file.missing if each.needed]
        is_open = file.kind is None and not file.confidence
        if needed:
            self.notice.set_notice("danger", "stop", plain(missing_words(file, needed)))
        elif is_open:
            sentence = self.tr("Not recognised: choose what it holds, or leave it out.")
            self.notice.set_notice("warning", "warning", plain(sentence))
        self.notice.setVisible(bool(needed) or is_open)
        self.choose.setVisible(bool(needed))

    def _show_preview(self, judged: Judged) -> None:
        """Say what would be rejected."""
        words = [judged.wrong or self._verdict(judged.preview)]
        if judged.file.skipped:
            left_out = self.tr("Lines above the table, left out: {number}.")
            words.insert(0, left_out.format(number=numbers.decimal(judged.file.skipped)))
        self.verdict.setText(" ".join(words))
        self.verdict.set_tone("danger" if judged.wrong else "text")
        reasons = judged.preview.reasons if judged.preview is not None else ()
        self.reasons.setVisible(bool(reasons))
        self.reasons.show_rows(
            [
                (
                    Cell(each.reason, tip=each.reason),
                    Cell(numbers.decimal(each.rows)),
                    Cell(each.text, tip=each.text),
                )
                for each in reasons
            ]
        )

    def _verdict(self, found: Preview | None) -> str:
        if found is None:
            return self.tr("This file is not read.")
        if not found.rejected:
            return self.tr("Of the first {rows} rows, all can be used.").format(rows=numbers.decimal(found.rows))
        return self.tr("Of the first {rows} rows, {rejected} would be set aside ({share}).").format(
            rows=numbers.decimal(found.rows), rejected=numbers.decimal(found.rejected),
            share=numbers.percent(found.rejected / found.rows),
        )  # fmt: skip

    @Slot(int)
    def _kind_chosen(self, _index: int) -> None:
        kind = next((kind for kind in all_kinds() if kind == self.kind.chosen), None)
        self.corrected.emit(partial(correct_kind, kind=kind))

    def _role_chosen(self, place: int, _index: int) -> None:
        self.corrected.emit(partial(correct_role, place=place, role=self.role_choice(place).chosen or ""))

    @Slot()
    def _open_first_unused(self) -> None:
        """Open the drop-down of the first column that plays no role yet."""
        file = self.judged.file if self.judged is not None else None
        if file is None:
            return
        place = next((place for place, each in enumerate(file.columns) if not each.role), 0)
        choice = self.role_choice(place)
        self.table.scrollTo(self.table.model().index(place, 0))
        choice.setFocus()
        choice.showPopup()


def _names(file: FilePlan) -> Sequence[object]:
    """Return what has to be equal for the drop-downs of a file to stay."""
    return file.source, [each.name for each in file.columns]
