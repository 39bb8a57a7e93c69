"""What became of files: a list of names, each with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.short_table import Cell, Column, ShortTable
from gui.widgets import Button, Label

if TYPE_CHECKING:
    from engine.campaign import InventoryFile
    from engine.inventory import AppliedRights, InventoryReport

Lines = Sequence[tuple[str, str]]
MOST = 2_000  # lines that are listed


class PhotoReport(Dialog):
    """Lists files, or ``what`` else, with what became of them."""

    def __init__(self, title: str, lines: Lines, parent: QWidget | None = None, *, what: str = "") -> None:
        super().__init__(title, parent)
        self.setMinimumSize(760, 460)
        columns = [Column(what or tr("Photo")), Column(tr("What became of it"), stretches=True)]
        self.table = ShortTable(columns, name=title, wraps=True)
        self.table.show_rows([[Cell(name, tip=name), Cell(said, tip=said)] for name, said in lines[:MOST]])
        more = len(lines) - MOST
        self.body.addWidget(self.table, 1)
        if more > 0:
            said = tr("And {count} more.").format(count=numbers.decimal(more))
            self.body.addWidget(Label(said, "caption", "muted"))
        self.done_button = Button(tr("Close"), "primary")
        self.done_button.clicked.connect(self.accept)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.done_button)


def report_lines(report: InventoryReport) -> Lines:
    """Say what an import made of files, refused ones first."""
    refused = [(each.path.name, each.reason) for each in report.refused]
    copies = [(each.path.name, tr("The same picture as {photo}.").format(photo=each.photo)) for each in report.copies]
    near = [
        (each.photo, tr("Nearly the same picture as {photo}.").format(photo=each.other)) for each in report.near_copies
    ]
    gone = [(key, tr("Its file is gone; the photo stays in the campaign.")) for key in report.gone]
    other = tr("Shows another picture now: its release, tags, bans and answers are forgotten. Record its rights again.")
    anew = [(key, other) for key in report.forgotten]
    return [*refused, *anew, *copies, *near, *gone]


def refused_lines(refused: Sequence[InventoryFile]) -> Lines:
    """Say why files were refused."""
    return [(file.path.replace("\\", "/").rsplit("/", 1)[-1], file.refused or "") for file in refused]


def rights_lines(applied: AppliedRights) -> Lines:
    """Say what a table of rights counts for."""
    told = tr("Counts for {count} photos.").format(count=numbers.decimal(applied.applied))
    wrong = [(tr("Line {line}").format(line=each.line), each.sentence) for each in applied.problems]
    unknown = [(name, tr("In the table, but not among the photos.")) for name in applied.not_in_inventory]
    without = [(name, tr("Not in the table: it may not be used until it is.")) for name in applied.without_record]
    return [(tr("The table"), told), *wrong, *without, *unknown]
