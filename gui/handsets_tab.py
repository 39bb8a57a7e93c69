"""The Handsets tab of the Data page: phone types that nobody knows, and the names a person gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCompleter, QFileDialog, QGridLayout, QLineEdit, QWidget

from engine.errors import InputError
from engine.handsets.handset import TAC_DIGITS, DeviceClass, model_key
from engine.handsets.naming import NamedHandset, NamedHandsets
from gui import numbers
from gui.data_jobs import names_from_file_job, names_to_file_job, naming_job
from gui.data_origin import DataOrigin
from gui.fitting_scroll import FittingScroll
from gui.save_place import save_place
from gui.short_table import Cell, Column, ShortTable
from gui.theme import GAP, font
from gui.widgets import Button, Card, Choice, EmptyState, IconLabel, Label, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.jobs import JobQueue

ONE_COLUMN_BELOW = 880


def tr(text: str) -> str:
    """Translate a phrase of the Handsets tab."""
    return QCoreApplication.translate("handsets", text)


def class_words(kind: DeviceClass) -> str:
    """Say what kind of device something is."""
    return {
        DeviceClass.PHONE: tr("Smartphone"),
        DeviceClass.FEATURE_PHONE: tr("Feature phone"),
        DeviceClass.TABLET: tr("Tablet"),
        DeviceClass.WATCH: tr("Watch"),
        DeviceClass.MODEM: tr("Modem or router"),
        DeviceClass.OTHER: tr("Another device"),
        DeviceClass.UNKNOWN: tr("Not known"),
    }[kind]


class NamingCard(Card):
    """The fields for one phone type. ``given`` carries type, maker, model and class; ``taken_back`` the type."""

    given = Signal(str, str, str, str)
    taken_back = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Name"))
        self.phone_type = ""
        self.hint = Label("", "body", "muted", wrap=True)
        self.maker, self.model = (self._field(name) for name in (tr("Maker"), tr("Model")))
        self.kind = Choice(tr("Kind of device"))
        kinds = [kind for kind in DeviceClass if kind is not DeviceClass.UNKNOWN]
        self.kind.offer([(class_words(kind), kind.value) for kind in kinds], DeviceClass.PHONE.value)
        self.wrong = Label("", "caption", "danger", wrap=True)
        self._problem = QWidget()
        self._problem.setLayout(row(IconLabel("stop", "danger", 16), (self.wrong, 1), gap=6))
        self.keep = Button(tr("Keep the name"), "plain", "check")
        self.keep.clicked.connect(self._give)
        self.take_back = Button(tr("Take it back"), "quiet", "undo")
        self.take_back.clicked.connect(self._take_back)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for place, (name, control) in enumerate(
            ((tr("Maker"), self.maker), (tr("Model"), self.model), (tr("Kind"), self.kind))
        ):
            grid.addWidget(Label(name), place, 0)
            grid.addWidget(control, place, 1)
        self.body.addWidget(self.hint)
        self.body.addLayout(grid)
        self.body.addWidget(self._problem)
        self.body.addLayout(row(self.keep, self.take_back, None))
        self.show_type("", None)

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setFont(font())
        field.setAccessibleName(name)
        field.returnPressed.connect(self._give)
        return field

    def offer_makers(self, makers: Sequence[str]) -> None:
        """Complete what is typed to the makers that are known, so that one maker has one spelling."""
        completer = QCompleter(list(makers), self.maker)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        self.maker.setCompleter(completer)

    def show_type(self, phone_type: str, name: NamedHandset | None) -> None:
        """Show the fields of a phone type with the name it has, if it has one."""
        if phone_type != self.phone_type or name is not None:
            self.maker.setText(name.maker if name is not None else "")
            self.model.setText(name.model if name is not None else "")
            self.kind.offer([(self.kind.itemText(at), self.kind.itemData(at)) for at in range(self.kind.count())],
                            (name.device_class if name is not None else DeviceClass.PHONE).value)  # fmt: skip
        self.phone_type = phone_type
        self.set_title(tr("Name for {phone_type}").format(phone_type=phone_type) if phone_type else tr("Name"))
        is_tac = len(phone_type) == TAC_DIGITS and phone_type.isdigit()
        self.hint.setText(
            (tr("A TAC: the name is for every IMEI that begins with it.") if is_tac else
             tr("The name is for every record with this text, however it is spelt.")) if phone_type else
            tr("Select a phone type to name it.")
        )  # fmt: skip
        for control in (self.maker, self.model, self.kind, self.keep):
            control.setEnabled(bool(phone_type))
        self.take_back.setVisible(name is not None)
        self.tell("")

    def tell(self, sentence: str) -> None:
        """Say what is wrong with the name, or nothing."""
        self.wrong.setText(sentence)
        self._problem.setVisible(bool(sentence))

    @Slot()
    def _give(self) -> None:
        if self.phone_type:
            self.given.emit(self.phone_type, self.maker.text(), self.model.text(), self.kind.chosen or "")

    @Slot()
    def _take_back(self) -> None:
        self.taken_back.emit(self.phone_type)


class HandsetsTab(QWidget):
    """``named`` carries the DataOrigin once names were given, changed or taken back."""

    named = Signal(object)

    def __init__(self, jobs: JobQueue) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._jobs = jobs
        self._campaign: Campaign | None = None
        self._origin = DataOrigin()
        self._rows: tuple[str, ...] = ()
        self._named: dict[str, NamedHandset] = {}
        self._add_unknown()
        self._add_names()
        self.naming = NamingCard()
        self.naming.given.connect(self._give)
        self.naming.taken_back.connect(self._take_back)
        right = column(self.naming, (self.given, 1), gap=GAP)
        self._sides = row((self.unknown, 56), (right, 44), gap=GAP)
        content = QWidget()
        content.setLayout(self._sides)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState("check", " ", " ")
        self.setLayout(column((self.scroller, 1), (self.empty, 1), gap=0))

    def _add_unknown(self) -> None:
        self.unknown = Card(tr("Unknown phone types"), gap=4)
        columns = (
            Column(tr("Phone type"), stretches=True),
            Column(tr("Events"), is_number=True),
            Column(tr("Customers"), is_number=True),
            Column(tr("Name")),
        )
        self.table = ShortTable(columns, name=tr("Unknown phone types, the most frequent first"), fewest=8)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.share = Label("", "body", "muted", wrap=True)
        self.tacs = Label("", "body", "muted", wrap=True)
        self.unknown.body.addWidget(self.table, 1)
        self.unknown.body.addWidget(self.share)
        self.unknown.body.addWidget(self.tacs)

    def _add_names(self) -> None:
        self.given = Card(tr("Names given"), gap=4)
        self.open_button = Button(tr("Open a list"), "quiet")
        self.open_button.clicked.connect(self._ask_list)
        self.save_button = Button(tr("Save the list"), "quiet", "export")
        self.save_button.clicked.connect(self._ask_where)
        self.given.add_control(self.open_button)
        self.given.add_control(self.save_button)
        columns = (Column(tr("Phone type"), stretches=True), Column(tr("Name")), Column(tr("State")))
        self.names = ShortTable(columns, name=tr("Names given"), fewest=3)
        self.names.selectionModel().currentRowChanged.connect(self._name_chosen)
        self.nothing = Label(tr("No names yet. A list saved from another campaign can be opened."), "body", "muted",
                             wrap=True)  # fmt: skip
        self.given.body.addWidget(self.nothing)
        self.given.body.addWidget(self.names, 1)
        self.given.body.addStretch(0)

    def show_origin(self, campaign: Campaign | None, origin: DataOrigin, makers: Sequence[str]) -> None:
        """Show what is unknown and named; what is being typed for a phone type stays while it is there."""
        if campaign is not self._campaign:
            self.naming.show_type("", None)
        self._campaign, self._origin = campaign, origin
        self.naming.offer_makers(makers)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cards below each other where two columns would be too narrow."""
        directions = QBoxLayout.Direction
        is_narrow = event.size().width() < ONE_COLUMN_BELOW
        self._sides.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        super().resizeEvent(event)

    def _show(self) -> None:
        origin = self._origin
        self._named = {model_key(each.phone_type): each for each in origin.names.entries}
        is_known = origin.counts is not None and (origin.unknown or origin.names.entries or origin.counts.tacs)
        self.scroller.setVisible(bool(is_known))
        self.empty.setVisible(not is_known)
        if origin.counts is None:
            self.empty.missing.setText(tr("Not known for this campaign"))
            self.empty.advice.setText(tr("It was made before unknown phone types were kept: make it anew."))
            return
        self.empty.missing.setText(tr("Every phone type is known"))
        self.empty.advice.setText(tr("Nothing has to be named."))
        self._show_unknown(origin)
        entries = origin.names.entries
        self.nothing.setVisible(not entries)
        self.names.setVisible(bool(entries))
        self.save_button.setEnabled(bool(entries))
        number = numbers.decimal(len(entries))
        self.given.set_title(tr("Names given: {number}").format(number=number) if entries else tr("Names given"))
        self.names.show_rows([self._name_cells(each) for each in entries])

    def _show_unknown(self, origin: DataOrigin) -> None:
        counts = origin.counts
        assert counts is not None
        types = numbers.decimal(counts.types)
        self.unknown.set_title(tr("Unknown phone types: {types}").format(types=types))
        share = numbers.percent(counts.events / max(counts.all_events, 1), 2)
        said = tr("{share} of all events are of a phone type that nobody knows: their maker counts as unknown.")
        self.share.setText(said.format(share=share) if counts.types else tr("Every phone type is known."))
        if counts.types > len(origin.unknown):
            shown = numbers.decimal(len(origin.unknown))
            self.share.setText(f"{self.share.text()} {tr('The {shown} most frequent are shown.').format(shown=shown)}")
        self.tacs.setVisible(bool(counts.tacs))
        self.tacs.setText(self._tac_words())
        rows = tuple(each.phone_type for each in origin.unknown)
        cells = [
            (
                Cell(each.phone_type, tip=each.phone_type),
                Cell(numbers.decimal(each.events)),
                Cell(numbers.decimal(each.customers)),
                self._name_cell(each.phone_type),
            )
            for each in origin.unknown
        ]
        self.table.setVisible(bool(rows))
        if rows == self._rows:
            if rows:
                self.table.change_rows(cells)
            return
        self._rows = rows
        self.table.show_rows(cells)
        if rows:
            self.table.selectRow(0)

    def _tac_words(self) -> str:
        counts = self._origin.counts
        assert counts is not None
        said = tr("Your own table of TACs goes first: {rows} rows are used.").format(rows=numbers.decimal(counts.tacs))
        if not counts.tacs_set_aside:
            return said
        aside = tr("{rows} could not be used, the first one: {reason}").format(
            rows=numbers.decimal(counts.tacs_set_aside), reason=counts.tacs_first_reason
        )
        return f"{said} {aside}"

    def _name_of(self, phone_type: str) -> NamedHandset | None:
        return self._named.get(model_key(phone_type))

    def _name_cell(self, phone_type: str) -> Cell:
        name = self._name_of(phone_type)
        return Cell("" if name is None else _words(name), tip="" if name is None else class_words(name.device_class))

    def _name_cells(self, name: NamedHandset) -> tuple[Cell, ...]:
        is_used = name in self._origin.names_used.entries
        state = (
            Cell(tr("Used"), "positive", "check")
            if is_used
            else Cell(tr("Not used yet"), "muted", tip=tr("It counts from the next reading."))
        )
        return Cell(name.phone_type, tip=name.phone_type), Cell(_words(name), tip=class_words(name.device_class)), state

    @Slot(QModelIndex)
    def _row_chosen(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._rows):
            self._show_name(self._rows[index.row()])

    @Slot(QModelIndex)
    def _name_chosen(self, index: QModelIndex) -> None:
        entries = self._origin.names.entries
        if 0 <= index.row() < len(entries):
            self._show_name(entries[index.row()].phone_type)

    def _show_name(self, phone_type: str) -> None:
        self.naming.show_type(phone_type, self._name_of(phone_type))

    @Slot(str, str, str, str)
    def _give(self, phone_type: str, maker: str, model: str, kind: str) -> None:
        """Keep a name, and go on to the next phone type that has none."""

        def change(names: NamedHandsets) -> NamedHandsets:
            return names.named(phone_type, maker, model, DeviceClass(kind))

        try:
            change(self._origin.names)
        except InputError as error:
            self.naming.tell(str(error))
            return
        self._keep(change)

    @Slot(str)
    def _take_back(self, phone_type: str) -> None:
        self.naming.show_type("", None)
        self._keep(lambda names: names.without(phone_type))

    def _keep(self, change: Callable[[NamedHandsets], NamedHandsets]) -> None:
        if self._campaign is not None:
            self._jobs.start(naming_job(self._campaign, change), self._kept, noted=False, lasting=True)

    @Slot(object)
    def _kept(self, names: NamedHandsets) -> None:
        """Show names that are in the campaign now."""
        before = self.naming.phone_type
        self._origin = replace(self._origin, names=names)
        self._show()
        self.named.emit(self._origin)
        if before and self._name_of(before) is not None:
            self._go_on(before)

    def _go_on(self, named: str) -> None:
        """Select the next phone type without a name, with the fields ready; stay where there is none."""
        later = self._rows[self._rows.index(named) + 1 :] if named in self._rows else ()
        following = next((each for each in later if self._name_of(each) is None), None)
        if following is None:
            self._show_name(named)
            return
        self.table.selectRow(self._rows.index(following))
        if self.keyboard_is_here():
            self.naming.maker.setFocus()

    def keyboard_is_here(self) -> bool:
        """Whether somebody types in the fields."""
        focus = self.focusWidget()
        return focus is not None and self.naming.isAncestorOf(focus)

    @Slot()
    def _ask_list(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Open a list of names"), str(Path.home()), "CSV (*.csv)")
        if name:
            self.open_list(Path(name))

    def open_list(self, path: Path) -> None:
        """Add the names of a file; a failure is told by the window."""
        if self._campaign is not None:
            self._jobs.start(names_from_file_job(self._campaign, path), self._kept,
                             afterwards=tr("Names taken from {file}").format(file=path.name))  # fmt: skip

    @Slot()
    def _ask_where(self) -> None:
        place = save_place(self, "handset-names.csv")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the list of names"), place, "CSV (*.csv)")
        if name:
            self._jobs.start(names_to_file_job(self._origin.names, Path(name)),
                             afterwards=tr("Names saved: {file}").format(file=Path(name).name))  # fmt: skip


def _words(name: NamedHandset) -> str:
    return f"{name.maker} {name.model}".strip()
