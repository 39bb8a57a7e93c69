"""The rail at the left: whose campaign this is, the steps of the work, and the promise that nothing leaves."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from gui.icons import mark_pixmap
from gui.steps import MARKS, StepKey, StepMark, steps
from gui.theme import RAIL, RAIL_NARROW
from gui.widgets import ElidedLabel, Frame, IconLabel, Label, RailButton, column, row

MARK = 32


class RailHead(QPushButton):
    """Mark, campaign name and kind; opens the menu of what can be done with the campaign."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "head")
        self.setFixedHeight(48)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        mark = QLabel()
        mark.setPixmap(mark_pixmap(MARK, 2.0))
        mark.setFixedSize(MARK, MARK)
        self.name = ElidedLabel("", "strong")
        self.kind = Label("", "caption", "muted")
        self.words = QWidget()
        self.words.setLayout(column(None, self.name, self.kind, None, gap=0))
        self.setLayout(row(mark, (self.words, 1), gap=10, margins=(0, 0, 0, 0)))
        for part in (mark, self.words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Return the size of mark and words."""
        return QSize(RAIL - 24, 48)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the mark."""
        return QSize(MARK, 48)

    def show_campaign(self, name: str, *, is_demo: bool) -> None:
        """Name the campaign, and say so where its data is simulated."""
        kind = self.tr("Demo, simulated data") if is_demo else self.tr("Encrypted campaign file")
        self.name.set_whole(name)
        self.kind.setText(kind)
        self.setAccessibleName(self.tr("Campaign {name}. {kind}. Menu").format(name=name, kind=kind))

    def set_narrow(self, narrow: bool) -> None:
        """Show the mark alone, or mark and words."""
        self.words.setVisible(not narrow)
        self.setToolTip(f"{self.name.accessibleName()}\n{self.kind.text()}" if narrow else "")


class Rail(QFrame):
    """``step_chosen`` carries the key of a step; Settings and Help have signals of their own."""

    step_chosen = Signal(str)
    settings_wanted = Signal()
    help_wanted = Signal()
    new_wanted = Signal()
    open_wanted = Signal()
    copy_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Steps"))
        self.is_narrow = False
        self.head = RailHead()
        self.head.clicked.connect(self._open_menu)
        self.buttons: dict[StepKey, RailButton] = {}
        self._group = QButtonGroup(self)
        self._layout = column(self.head, 8, gap=2, margins=(12, 8, 12, 12))
        self._keys: list[StepKey] = []
        for number, step in enumerate(steps(), start=1):
            shortcut = QKeySequence(f"Ctrl+{number}").toString(QKeySequence.SequenceFormat.NativeText)
            button = RailButton(step.name, step.icon, tip=shortcut)
            self.buttons[step.key] = button
            self._keys.append(step.key)
            self._group.addButton(button, number - 1)
            self._layout.addWidget(button)
        self._group.idClicked.connect(self._choose)
        self._layout.addStretch(1)
        self._add_foot()
        self.setLayout(self._layout)
        self.setFixedWidth(RAIL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def _add_foot(self) -> None:
        self._promise = Label("", "caption", "muted")
        self._shield = IconLabel("offline", "positive", 18)
        self.show_promise()
        self._foot = Frame(row(self._shield, (self._promise, 1), gap=8, margins=(10, 8, 6, 8)), "sunken")
        self.settings_button = RailButton(self.tr("Settings"), "settings", tip=_keys("Ctrl+,"), checkable=False)
        self.help_button = RailButton(self.tr("Help"), "help", tip=_keys("F1"), checkable=False)
        self.settings_button.clicked.connect(self.settings_wanted)
        self.help_button.clicked.connect(self.help_wanted)
        for part in (self._foot, 8, self.settings_button, self.help_button):
            if isinstance(part, int):
                self._layout.addSpacing(part)
            else:
                self._layout.addWidget(part)

    def show_campaign(self, name: str, *, is_demo: bool) -> None:
        """Name the campaign at the head."""
        self.head.show_campaign(name, is_demo=is_demo)

    def show_promise(self, warehouse: str = "") -> None:
        """Say that nothing leaves this computer, or which warehouse a campaign asks when it is read again."""
        if warehouse:
            promise = self.tr("Stays on this computer,\nbut asks a warehouse.")
            says = self.tr("Reading again connects to {warehouse} and to nothing else.").format(warehouse=warehouse)
        else:
            promise = self.tr("Stays on this computer.\nNo network used.")
            says = promise.replace("\n", " ")
        self._promise.setText(promise)
        self._promise.setToolTip(says)
        self._shield.set_icon("info" if warehouse else "offline", "muted" if warehouse else "positive", says)

    def show_marks(self, marks: dict[StepKey, StepMark]) -> None:
        """Mark each step as done, worth a look, or nothing yet."""
        for key, mark in marks.items():
            icon, tone = MARKS[mark.state]
            self.buttons[key].set_mark(icon, tone, mark.says)

    def select(self, key: StepKey) -> None:
        """Show which step is open."""
        self.buttons[key].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Become icons with tool tips, or icons and names."""
        if narrow == self.is_narrow:
            return
        self.is_narrow = narrow
        self.setFixedWidth(RAIL_NARROW if narrow else RAIL)
        side = 8 if narrow else 12
        self._layout.setContentsMargins(side, 8, side, 12)
        self.head.set_narrow(narrow)
        self._promise.setVisible(not narrow)
        for button in (*self.buttons.values(), self.settings_button, self.help_button):
            button.set_narrow(narrow)

    def menu(self) -> QMenu:
        """Return what can be done with the campaign as a whole."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Campaign"))
        menu.addAction(self.tr("New campaign…"), self.new_wanted.emit)
        menu.addAction(self.tr("Open…"), self.open_wanted.emit)
        menu.addAction(self.tr("Save a copy…"), self.copy_wanted.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Close campaign"), self.close_wanted.emit)
        return menu

    @Slot()
    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.head.mapToGlobal(QPoint(0, self.head.height() + 2)))

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.step_chosen.emit(self._keys[index])


def _keys(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
