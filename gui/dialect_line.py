"""How a file is written, each part to be corrected: letters, separator, decimal mark, dates, first line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtWidgets import QWidget

from engine.logs import Dialect, FilePlan
from engine.logs.correcting import correct_dialect
from engine.logs.encodings import ENCODINGS
from engine.logs.forms import TIME_FORMS, is_of_form
from engine.logs.layout import LAYOUTS
from engine.logs.plan_file import DECIMALS
from engine.logs.probing import DELIMITERS
from gui.import_jobs import Correction
from gui.import_words import delimiter_words, encoding_words, form_words
from gui.widgets import Choice, Flow, Label, column

HEADER, NO_HEADER = "header", "rows"
FIRST_LINES = 12  # in which a table is likely to begin
ZONES = ("Europe/Budapest", "Europe/Vienna", "Europe/Berlin", "Europe/Bucharest", "Europe/London")


class DialectLine(QWidget):
    """``corrected`` carries a Correction of the file that is shown, ``zone_chosen`` the time zone of all files."""

    corrected = Signal(object)
    zone_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.file: FilePlan | None = None
        self._flow = Flow(gap=12)
        self.encoding = self._choice(self.tr("Letters"), self._dialect_chosen)
        self.delimiter = self._choice(self.tr("Separator"), self._dialect_chosen)
        self.decimal = self._choice(self.tr("Decimal mark"), self._decimal_chosen)
        self.form = self._choice(self.tr("Dates"), self._form_chosen)
        self.start = self._choice(self.tr("Table begins in"), self._dialect_chosen)
        self.header = self._choice(self.tr("First line"), self._dialect_chosen)
        self.zone = self._choice(self.tr("Times are UTC; use those of"), self._zone_chosen)
        self.setLayout(self._flow)

    def show_file(self, file: FilePlan, time_zone: str) -> None:
        """Show how a file is written; the time zone matters where its times are UTC's."""
        self.file = file
        part = self.zone.parentWidget()
        assert part is not None
        part.setVisible(any(each.is_utc for each in file.columns))
        zones = dict.fromkeys((time_zone, QTimeZone.systemTimeZoneId().toStdString(), *ZONES))
        self.zone.offer([(self.tr("UTC"), ""), *((zone, zone) for zone in zones if zone)], time_zone)
        is_text = not file.source.is_structured
        for choice in (self.encoding, self.delimiter, self.header):
            choice.setEnabled(is_text)
        self.start.setEnabled(file.source.shape != "parquet")
        starts = range(max(FIRST_LINES, file.skipped + 1))
        words = self.tr("Line {number}")
        self.start.offer([(words.format(number=each + 1), str(each)) for each in starts], str(file.skipped))
        self.encoding.offer([(encoding_words(each), each) for each in ENCODINGS], file.encoding)
        self.delimiter.offer([(delimiter_words(each), each) for each in DELIMITERS], file.delimiter)
        marks = {".": self.tr("Point 0.5"), ",": self.tr("Comma 0,5")}
        self.decimal.offer([(marks[each], each) for each in DECIMALS], file.decimal)
        self.header.offer([(self.tr("Names"), HEADER), (self.tr("Rows already"), NO_HEADER)],
                          HEADER if file.has_header else NO_HEADER)  # fmt: skip
        form = _form(file)
        self.form.setEnabled(form is not None)
        self.form.offer([(form_words(each), each) for each in _likely_forms(file)], form)

    def _choice(self, name: str, chosen: Callable[[int], None]) -> Choice:
        choice = Choice(name)
        choice.activated.connect(chosen)
        part = QWidget()
        part.setLayout(column(Label(name, "caption", "muted"), choice, gap=2))
        self._flow.addWidget(part)
        return choice

    def _dialect_chosen(self, _index: int) -> None:
        dialect = Dialect(
            self.encoding.chosen or "", self.delimiter.chosen or "", self.header.chosen == HEADER,
            int(self.start.chosen or 0),
        )  # fmt: skip
        self.corrected.emit(partial(correct_dialect, dialect=dialect))

    def _decimal_chosen(self, _index: int) -> None:
        correction: Correction = partial(replace, decimal=self.decimal.chosen)
        self.corrected.emit(correction)

    def _zone_chosen(self, _index: int) -> None:
        self.zone_chosen.emit(self.zone.chosen or "")

    def _form_chosen(self, _index: int) -> None:
        self.corrected.emit(partial(_with_form, form=self.form.chosen or ""))


def _date_places(file: FilePlan) -> list[int]:
    """Return where the columns of times and dates stand."""
    if file.kind is None:
        return []
    dated = {each.name for each in LAYOUTS[file.kind].columns if each.content in ("time", "date")}
    return [place for place, each in enumerate(file.columns) if each.role in dated]


def _form(file: FilePlan) -> str | None:
    """Return how the first time or date is written; None without one."""
    return next((file.columns[place].form for place in _date_places(file)), None)


def _likely_forms(file: FilePlan) -> Sequence[str]:
    """Return the forms that some sample could have, and the one that is planned."""
    texts = [text for place in _date_places(file) for text in file.columns[place].samples]
    return [form for form in TIME_FORMS if form == _form(file) or any(is_of_form(text, form) for text in texts)]


def _with_form(file: FilePlan, form: str) -> FilePlan:
    """Return the plan with another form for the first column of dates and those that are written like it."""
    before = _form(file)
    places = [place for place in _date_places(file) if file.columns[place].form == before]
    planned = tuple(
        replace(each, form=form, confidence=1.0) if place in places else each for place, each in enumerate(file.columns)
    )
    return replace(file, columns=planned)
