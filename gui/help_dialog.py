"""The keys, where the files are, and whose work is inside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit, QScrollArea, QWidget

from engine.resources import ROOT, cache_dir, data_dir
from engine.version import VERSION
from gui.dialog import Dialog
from gui.openings import DEMO_FILE
from gui.settings import Settings
from gui.steps import steps
from gui.theme import font
from gui.widgets import Button, Label, column


class HelpDialog(Dialog):
    """Everything that would otherwise have to be looked for."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Help"))
        self.heading.setText(self.tr("Semblance {version}").format(version=VERSION))
        self.resize(640, 560)
        content = column(gap=8, margins=(0, 0, 12, 0))
        for title, part in (
            (self.tr("Keys"), self._keys()),
            (self.tr("Where the files are"), self._places(settings)),
            (self.tr("Licences"), column(self._licences())),
        ):
            content.addWidget(Label(title, "section"))
            content.addLayout(part)
            content.addSpacing(16)
        inner = QWidget()
        inner.setObjectName("clear")
        inner.setLayout(content)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        self.body.addWidget(scroll, 1)
        self.close_button = Button(self.tr("Close"), "primary")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def _keys(self) -> QGridLayout:
        rows = [(f"Ctrl+{number}", step.name) for number, step in enumerate(steps(), start=1)]
        rows += [
            ("Left", self.tr("Faces and Preview: the customer before")),
            ("Right", self.tr("Faces and Preview: the next customer")),
            ("1 … 5", self.tr("Faces and Preview: choose one of the five faces")),
            ("Ctrl+S", self.tr("Preview: save this customer's ad in both sizes")),
            ("Ctrl+Shift+S", self.tr("Preview: save the ads of many customers in a new folder")),
            ("Return", self.tr("Press the button that has the focus, as Space does")),
            ("Ctrl+Z", self.tr("Take back a choice of a face or of offers")),
            ("Ctrl+K", self.tr("Everything: pages, actions, customers by key")),
            ("F11", self.tr("Pitch: customer, look-alike and ad on the full screen")),
            ("Esc", self.tr("Back")),
            ("Ctrl+N", self.tr("New campaign")),
            ("Ctrl+O", self.tr("Open a campaign file")),
            ("Ctrl+W", self.tr("Close the campaign")),
            ("Ctrl+,", self.tr("Settings")),
            ("F1", self.tr("This page")),
        ]
        return _grid([(_native(key), words) for key, words in rows])

    def _places(self, settings: Settings) -> QGridLayout:
        return _grid(
            [
                (self.tr("Demo campaign"), str(data_dir() / DEMO_FILE)),
                (self.tr("Settings"), str(settings.file)),
                (self.tr("What can be made again"), str(cache_dir())),
                (self.tr("Campaigns"), self.tr("Where you saved them: one encrypted file each")),
            ]
        )

    def _licences(self) -> QPlainTextEdit:
        notices = [
            path.read_text(encoding="utf-8") for path in (ROOT / "NOTICE.md", ROOT / "LICENSE") if path.is_file()
        ]
        text = QPlainTextEdit("\n\n".join(notices))
        text.setReadOnly(True)
        text.setFont(font("caption"))
        text.setMinimumHeight(180)
        text.setTabChangesFocus(True)
        text.setAccessibleName(self.tr("Licences"))
        return text


def _grid(rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for index, (left, right) in enumerate(rows):
        words = Label(right, "body", "muted", wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(Label(left), index, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, index, 1)
    return grid


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) or key
