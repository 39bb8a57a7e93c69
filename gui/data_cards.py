"""The cards of the Data page: what was read, what was set aside, and what it is enough for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from engine.columns import FILE, LINE, REASON, TEXT
from gui import numbers
from gui.charts.maker_bars import MakerBars
from gui.charts.picture_button import PictureButton
from gui.results import CampaignResults, MakerShare, seen_changes
from gui.short_table import Cell, Column, ShortTable
from gui.widgets import Button, Card, IconLabel, Label, clear, row

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.logs import FileReport
    from gui.data_origin import DataOrigin


def tr(text: str) -> str:
    """Translate a phrase of the Data page."""
    return QCoreApplication.translate("data", text)


def size_words(size: int) -> str:
    """Write the size of a file: ``12.4 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{numbers.decimal(size / factor, 1 if size < 99.95 * factor else 0)}{numbers.SPACE}{unit}"
    return f"{numbers.decimal(size)}{numbers.SPACE}B"


def kind_words(kind: str) -> str:
    """Say what a file holds; a kind that is not known stands as it is."""
    words = {
        "calls": tr("Calls"),
        "usage": tr("Internet use"),
        "customers": tr("Customers"),
        "history": tr("Last campaign"),
        "offers": tr("Offers"),
        "cells": tr("Cells"),
    }
    return words.get(kind, kind)


@dataclass(frozen=True)
class RejectReason:
    """Why rows were set aside: how many, and the first of them."""

    reason: str
    rows: int
    file: str
    line: int  # 0 for a photo, which has no lines
    text: str

    @property
    def is_of_photos(self) -> bool:
        """Whether photos were refused, not rows."""
        return self.line == 0


def reject_reasons(rejects: pa.Table) -> tuple[RejectReason, ...]:
    """Count rejected rows by reason, the most frequent first, each with its first row."""
    import pyarrow.compute as pc

    reasons = rejects[REASON]
    counted = []
    for entry in pc.value_counts(reasons).to_pylist():
        place = pc.index(reasons, entry["values"]).as_py()
        first = rejects.slice(place, 1).to_pylist()[0]
        counted.append(RejectReason(entry["values"], entry["counts"], first[FILE], first[LINE], first[TEXT] or ""))
    return tuple(sorted(counted, key=lambda each: (-each.rows, each.reason)))


class ListCard(Card):
    """A card round a list. Its height never follows from its width, or Qt would take all rows for the least height
    and squeeze the card below its own where there is no room for them.
    """

    def hasHeightForWidth(self) -> bool:
        """Have a height of its own, whatever the words in it need."""
        return False


class FilesCard(ListCard):
    """Every file with what it holds, its rows, how many were set aside, and whether it could be used."""

    def __init__(self) -> None:
        super().__init__(tr("Files"), gap=4)
        columns = (
            Column(tr("File"), stretches=True),
            Column(tr("What it holds")),
            Column(tr("Rows"), is_number=True),
            Column(tr("Set aside"), is_number=True),
            Column(tr("State")),
        )
        self.table = ShortTable(columns, name=tr("Files"), fewest=5)
        self.read_again = Button(tr("Read again"), "quiet", "undo", tip=tr("Make all results again from these files"))
        self.add_control(self.read_again)
        self.note = Label("", "body", "muted", wrap=True)
        self.keep = Button(tr("Keep the tables"), "quiet")
        self.body.addWidget(self.table, 1)
        self.body.addLayout(row((self.note, 1), self.keep))

    def show_origin(self, origin: DataOrigin, *, is_demo: bool) -> None:
        """Say how the files were read and what is kept of them; the demo's files are made anew each time."""
        self.note.setText(" ".join(filter(None, (_reading_words(origin), _kept_words(origin)))))
        self.note.setToolTip(origin.warehouse)
        self.note.setVisible(bool(self.note.text()))
        is_asked = bool(origin.warehouse)
        self.set_title(tr("Tables and files") if is_asked else tr("Files"))
        ask = tr("Ask {warehouse} again and make all results anew").format(warehouse=origin.warehouse)
        self.read_again.setToolTip(ask if is_asked else tr("Make all results again from these files"))
        self.keep.setVisible(origin.can_read_again and not is_demo and not is_asked)
        self.keep.set_text(tr("Forget the tables") if origin.keeps_tables else tr("Keep the tables"))
        self.keep.set_icon("bin" if origin.keeps_tables else "lock")

    def show_files(self, files: Sequence[FileReport]) -> None:
        """Show what was read from which file."""
        self.table.show_rows([self._cells(file) for file in files])

    def _cells(self, file: FileReport) -> tuple[Cell, ...]:
        used = file.rows - file.rejected
        state = Cell(tr("Read"), "positive", "check") if used else Cell(tr("No usable row"), "warning", "warning")
        return (
            Cell(file.file, tip=file.file),
            Cell(kind_words(file.kind)),
            Cell(numbers.decimal(file.rows)),
            Cell(numbers.decimal(file.rejected)),
            state,
        )


def _reading_words(origin: DataOrigin) -> str:
    reading = origin.reading
    if reading is None:
        return ""
    day = numbers.long_date(date.fromisoformat(reading.on))
    if reading.way == "warehouse":
        return tr("The warehouse {name} was asked on {day}.").format(name=origin.warehouse_name, day=day)
    if reading.way == "tables":
        return tr("Read from the kept tables, {day}.").format(day=day)
    said = tr("Read from the files, {day}.").format(day=day)
    return f"{said} {tr('The kept tables did not fit them any more.')}" if reading.was_void else said


def _kept_words(origin: DataOrigin) -> str:
    if not origin.keeps_tables:
        return tr("Only results per customer are kept.") if origin.reading is not None else ""
    if not origin.kept_bytes:
        return tr("The clean tables are kept from the next reading on.")
    size = size_words(origin.kept_bytes)
    return tr("The clean tables are kept, encrypted ({size}): reading again is quicker.").format(size=size)


class RejectsCard(ListCard):
    """The rows that were set aside, by reason, with the first one as it stands in the file."""

    def __init__(self) -> None:
        super().__init__(tr("Set aside"), gap=4)
        columns = (
            Column(tr("Reason")),
            Column(tr("Rows"), is_number=True),
            Column(tr("First one"), stretches=True),
        )
        self.table = ShortTable(columns, name=tr("Rows set aside, by reason"), fewest=4)
        self.save = Button(tr("Save the list"), "quiet", "export")
        self.note = Label("", "body", "muted", wrap=True)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(row((self.note, 1), self.save))

    def show_rejects(self, rejects: pa.Table | None, rows: int) -> None:
        """Show the rejected rows of ``rows`` in all."""
        reasons = reject_reasons(rejects) if rejects is not None else ()
        self.table.setVisible(bool(reasons))
        self.save.setVisible(bool(reasons))
        if not reasons:
            self.set_title(tr("Set aside: nothing"))
            self.note.setText(tr("Every row could be used."))
            return
        self.set_title(self._title(reasons, rows))
        self.note.setText(tr("Rows set aside stay in a list that you can save. Nothing is dropped unseen."))
        self.table.show_rows([self._cells(reason) for reason in reasons])

    def _title(self, reasons: Sequence[RejectReason], rows: int) -> str:
        aside = sum(reason.rows for reason in reasons if not reason.is_of_photos)
        photos = sum(reason.rows for reason in reasons if reason.is_of_photos)
        counted = {"rows": numbers.decimal(aside), "share": numbers.percent(aside / max(rows, aside, 1), 2)}
        said = tr("1 row, {share}") if aside == 1 else tr("{rows} rows, {share}")
        title = tr("Set aside: {what}").format(what=said.format(**counted))
        if not photos:
            return title
        return (
            f"{title}, {tr('1 photo') if photos == 1 else tr('{photos} photos').format(photos=numbers.decimal(photos))}"
        )

    def _cells(self, reason: RejectReason) -> tuple[Cell, ...]:
        place = tr("{file}, line {line}").format(file=reason.file, line=numbers.decimal(reason.line))
        place = reason.file if reason.is_of_photos else place
        first = f"{place}: {reason.text}" if reason.text else place
        return Cell(reason.reason, tip=reason.reason), Cell(numbers.decimal(reason.rows)), Cell(first, tip=first)


@dataclass(frozen=True)
class Allowance:
    """Whether the files are enough for one part of the campaign, in one line."""

    part: Literal["offers", "loyalty", "faces", "circle"]
    is_enough: bool
    sentence: str


def allowances(results: CampaignResults) -> tuple[Allowance, ...]:
    """Say what the files are enough for, from what was really read."""
    return _offers_line(results), _loyalty_line(results), _faces_line(results), _circle_line(results)


def _offers_line(results: CampaignResults) -> Allowance:
    outcomes = sum(file.rows - file.rejected for file in results.files if file.kind == "history")
    if not outcomes:
        return Allowance("offers", False, tr("No outcomes of an earlier campaign: nobody's answer can be foreseen"))
    sentence = tr("The last campaign: {outcomes} outcomes, {offers} offers and none").format(
        outcomes=numbers.decimal(outcomes), offers=numbers.decimal(len(results.offers))
    )
    return Allowance("offers", True, sentence)


def _loyalty_line(results: CampaignResults) -> Allowance:
    if results.loyalty is None or results.span is None:
        return Allowance("loyalty", False, tr("No changes of phone were seen"))
    first, last = results.span
    months = round(((last - first).days + 1) / 30.4375)
    changes = seen_changes(results.loyalty)
    if not changes:
        since = tr("It is not known since when customers had their phones (phone_since): loyalty cannot be told")
        return Allowance("loyalty", False, since)
    sentence = tr("{months} months of phones, {changes} changes seen").format(
        months=numbers.decimal(months), changes=numbers.decimal(changes)
    )
    return Allowance("loyalty", True, sentence)


def _faces_line(results: CampaignResults) -> Allowance:
    photos = numbers.decimal(len(results.inventory))
    if not results.inventory:
        return Allowance("faces", False, tr("No campaign photos: ads go without a matched face"))
    if not results.matched:
        return Allowance(
            "faces", False, tr("{photos} campaign photos, but no customer's photo with consent").format(photos=photos)
        )
    sentence = tr("{customers} customers with photo consent have a look-alike in {photos} campaign photos").format(
        customers=numbers.decimal(len(results.matched)), photos=photos
    )
    return Allowance("faces", True, sentence)


def _circle_line(results: CampaignResults) -> Allowance:
    if not results.circles:
        return Allowance("circle", False, tr("Nobody of these customers calls anybody: there is no circle"))
    sentence = tr("{customers} circles; the calls of other networks are missing: reach is a lower bound")
    return Allowance("circle", False, sentence.format(customers=numbers.decimal(results.circles)))


class AllowsCard(Card):
    """What these files allow: one line a part, with a check or a warning. The answer to "is it enough?"."""

    def __init__(self) -> None:
        super().__init__(tr("What these files allow"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(2, 1)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)

    def show_allowances(self, lines: Sequence[Allowance]) -> None:
        """Show one line a part."""
        names = {"offers": tr("Offers"), "loyalty": tr("Loyalty"), "faces": tr("Faces"), "circle": tr("Circle")}
        clear(self._grid)
        for place, line in enumerate(lines):
            mark = IconLabel("check", "positive", 18) if line.is_enough else IconLabel("warning", "warning", 18)
            sentence = Label(line.sentence, wrap=True)
            sentence.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)  # its lines, not a guess
            state = tr("enough") if line.is_enough else tr("not enough")
            sentence.setAccessibleName(f"{names[line.part]}, {state}: {line.sentence}")
            self._grid.addWidget(mark, place, 0)
            self._grid.addWidget(Label(names[line.part], "strong"), place, 1)
            self._grid.addWidget(sentence, place, 2)


class MakersCard(Card):
    """Makers' shares among the customers whose phone is known."""

    def __init__(self) -> None:
        super().__init__(tr("Makers"))
        self.bars = MakerBars()
        self.nothing = Label(tr("No phone of these customers is known."), "body", "muted", wrap=True)
        self.picture = PictureButton(self, lambda: self.bars, self.heading.text)
        self.add_control(self.picture)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.nothing)

    def show_makers(self, shares: Sequence[MakerShare]) -> None:
        """Show the shares, or that none are known."""
        customers = sum(share.customers for share in shares)
        title = tr("Makers: what {customers} customers use now").format(customers=numbers.decimal(customers))
        self.set_title(title if shares else tr("Makers"))
        self.bars.setVisible(bool(shares))
        self.picture.setVisible(bool(shares))
        self.nothing.setVisible(not shares)
        self.bars.show_shares(shares)
