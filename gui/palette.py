"""Ctrl+K: everything by its name. Pages, what the page can do, customers by key; by keys alone or by click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QWidget

from engine.columns import CUSTOMER
from gui import numbers
from gui.column_store import search_words
from gui.commands import Command, matching
from gui.dialog import Dialog
from gui.icons import icon
from gui.short_work import ShortWork
from gui.theme import font
from gui.widgets import Label

if TYPE_CHECKING:
    import pyarrow as pa

WIDTH, ROW = 560, 34
MOST_ROWS = 10
MOST_CUSTOMERS = 6
PASSED_ON = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def customers_like(customers: pa.Table | None, search: str) -> tuple[str, ...]:
    """Return the first customers whose key begins with what was typed ("018 204"), then those that contain it."""
    import pyarrow.compute as pc

    words = search_words(search)
    if customers is None or len(words) != 1 or not any(letter.isdigit() for letter in words[0]):
        return ()
    keys = customers[CUSTOMER]
    starts = pc.starts_with(keys, words[0], ignore_case=True)
    found = keys.filter(starts).slice(0, MOST_CUSTOMERS).to_pylist()
    if len(found) < MOST_CUSTOMERS:
        inside = pc.and_not(pc.match_substring(keys, words[0], ignore_case=True), starts)
        found += keys.filter(inside).slice(0, MOST_CUSTOMERS - len(found)).to_pylist()
    return tuple(found)


class Palette(Dialog):
    """A field and the list of what fits it. Up and Down choose, Return does it, Esc leaves."""

    failed = Signal(Exception)

    def __init__(
        self,
        commands: Sequence[Command],
        customers: pa.Table | None,
        go_to_customer: Callable[[str], object],
        parent: QWidget,
    ) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Everything"))
        self.heading.setText(self.tr("Go to"))
        self._commands = commands
        self._customers = customers
        self._go_to_customer = go_to_customer
        self._shown: list[Command] = []
        self._search = ShortWork(self.tr("Looking for customers"), self._show_customers, self)
        self._search.failed.connect(self.failed)
        self.field = QLineEdit()
        self.field.setFont(font())
        self.field.setPlaceholderText(self.tr("A page, an action, or a customer's key"))
        self.field.setAccessibleName(self.tr("Go to a page, an action, or a customer"))
        self.field.textChanged.connect(self._look)
        self.list = QListWidget()
        self.list.setFont(font())
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setUniformItemSizes(True)
        self.list.setFixedHeight(MOST_ROWS * ROW)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._say_chosen)
        self.list.itemClicked.connect(self._run_chosen)
        self.nothing = Label(self.tr("Nothing fits."), "body", "muted")
        self.body.addWidget(self.field)
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.list)
        self.setFixedWidth(WIDTH)
        self.field.setFocus()
        self._look("")

    @property
    def names(self) -> tuple[str, ...]:
        """What is offered, in its order."""
        return tuple(command.name for command in self._shown)

    @Slot(str)
    def _look(self, search: str) -> None:
        """Offer the commands that fit; the customers follow."""
        self._show(matching(self._commands, search))
        rows = 0 if self._customers is None else self._customers.num_rows
        self._search.ask(partial(customers_like, self._customers, search), rows)

    def _show_customers(self, customers: tuple[str, ...]) -> None:
        found = [
            Command(self.tr("Customer {key}").format(key=numbers.customer_key(one)), "", "person",
                    partial(self._go_to_customer, one))
            for one in customers
        ]  # fmt: skip
        if found:
            self._show([*found, *matching(self._commands, self.field.text())])

    def _show(self, commands: Sequence[Command]) -> None:
        self._shown = list(commands)
        self.list.clear()
        for command in self._shown:
            keys = QKeySequence(command.keys).toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(icon(command.icon, "text", 18), f"{command.name}   {keys}".rstrip())
            item.setSizeHint(QSize(0, ROW))
            self.list.addItem(item)
        self.nothing.setVisible(not self._shown)
        self.list.setVisible(bool(self._shown))
        self.list.setCurrentRow(0)

    @Slot(int)
    def _say_chosen(self, place: int) -> None:
        """Let assistive technology hear what Return would do, while the focus stays in the field."""
        chosen = self._shown[place].name if 0 <= place < len(self._shown) else self.nothing.text()
        self.field.setAccessibleDescription(chosen)

    @Slot()
    def _run_chosen(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self._shown):
            self._search.give_up()
            self.accept()
            self._shown[place].run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the arrow keys move in the list and Return do what is chosen, wherever the focus is."""
        if event.key() in PASSED_ON:
            self.list.keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run_chosen()
        else:
            super().keyPressEvent(event)
