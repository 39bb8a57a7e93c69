"""What goes out: which customers, how many, in which format; said before a file is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from gui import numbers
from gui.ad_saving import ads_are_words
from gui.column_store import IntArray
from gui.dialog import Dialog
from gui.theme import font
from gui.widgets import Button, Label, Notice, Segments, plain

FORMATS = (("CSV", ".csv"), ("Parquet", ".parquet"), ("Excel", ".xlsx"))
ADS = ".jpg"
SHEET_ROWS = 1_048_575


@dataclass(frozen=True, eq=False)
class Scope:
    """Rows that can go out, and in words which they are."""

    name: str
    rows: IntArray


class ExportDialog(Dialog):
    """Asks which rows and which format. ``wanted`` carries the rows and the file's ending; ADS asks for their ads."""

    wanted = Signal(object, str)

    def __init__(self, scopes: Sequence[Scope], honesty: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Export customers"))
        self.heading.setText(self.tr("Export customers"))
        self.setMinimumWidth(520)
        self._scopes = tuple(scopes)
        self._group = QButtonGroup(self)
        self.scopes: list[QRadioButton] = []
        for place, scope in enumerate(self._scopes):
            radio = QRadioButton(scope.name)
            radio.setFont(font())
            radio.setAccessibleName(scope.name)
            radio.setChecked(place == 0)
            radio.setVisible(len(self._scopes) > 1)
            self._group.addButton(radio, place)
            self.scopes.append(radio)
            self.body.addWidget(radio)
        self._endings = (*(ending for _, ending in FORMATS), ADS)
        self.formats = Segments([*(name for name, _ in FORMATS), self.tr("Ads")], name=self.tr("Format"))
        self.said = Label("", wrap=True)
        self.too_many = Notice("warning", "warning")
        self.body.addSpacing(4)
        self.body.addWidget(self.formats)
        self.body.addWidget(self.said)
        self.body.addWidget(self.too_many)
        self.body.addWidget(
            Label(self.tr("Goes with them: {said}").format(said=honesty), "caption", "muted", wrap=True)
        )
        self.body.addStretch(1)
        self.cancel = Button(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.export = Button("-", "primary", "export")
        self.export.setDefault(True)
        self.export.clicked.connect(self._want)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.export)
        self._group.idClicked.connect(self._say)
        self.formats.chosen.connect(self._say)
        self._say()

    @property
    def rows(self) -> IntArray:
        """The rows that go out."""
        return self._scopes[self._group.checkedId()].rows

    @Slot()
    def _say(self) -> None:
        """Say how many rows go out, and what the format is for."""
        count = numbers.decimal(len(self.rows))
        words = (
            self.tr("One line a customer, as text that every program reads."),
            self.tr("One row a customer with exact types, for pandas, R, DuckDB or Spark."),
            self.tr("A workbook without formulas, with a sheet that says what to know."),
            f"{self.tr('The ad of each, as JPEG in two sizes.')} {ads_are_words()}",
        )
        self.said.setText(words[self.formats.selected])
        is_too_many = self._endings[self.formats.selected] == ".xlsx" and len(self.rows) > SHEET_ROWS
        most = numbers.decimal(SHEET_ROWS)
        self.too_many.set_notice(
            "warning", "warning", plain(self.tr("A sheet holds {most} rows. Choose CSV or Parquet.").format(most=most))
        )
        self.too_many.setVisible(is_too_many)
        self.export.setEnabled(len(self.rows) > 0 and not is_too_many)
        one, many = self.tr("Export 1 customer"), self.tr("Export {count} customers")
        if self._endings[self.formats.selected] == ADS:
            one, many = self.tr("Save the ad of 1 customer"), self.tr("Save the ads of {count} customers")
        self.export.set_text(one if len(self.rows) == 1 else many.format(count=count))

    @Slot()
    def _want(self) -> None:
        self.accept()
        self.wanted.emit(self.rows, self._endings[self.formats.selected])
