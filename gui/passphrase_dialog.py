"""Asks for the passphrase of a campaign file, and again in place when it was not the right one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.dialog import Dialog
from gui.openings import DEMO_FILE
from gui.theme import font
from gui.widgets import Button, IconLabel, Label, row


class PassphraseDialog(Dialog):
    """``given`` carries the passphrase; the dialog stays until the file is open or the person gives up."""

    given = Signal(str)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(path.stem, parent)
        self.setMinimumWidth(440)
        self.path = path
        self.setWindowTitle(self.tr("Open {file}").format(file=path.name))
        is_demo = path.name == DEMO_FILE
        hint = (
            self.tr("The demo's passphrase is demo.")
            if is_demo
            else self.tr("The file is encrypted. Without its passphrase nobody can read it, and nobody can reset it.")
        )
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setFont(font())
        self.field.setAccessibleName(self.tr("Passphrase"))
        self.field.setPlaceholderText(self.tr("Passphrase"))
        self.wrong = Label("", "body", "danger", wrap=True)
        self._wrong_icon = IconLabel("stop", "danger", 18)
        self.body.addWidget(Label(hint, "body", "muted", wrap=True))
        self.body.addSpacing(8)
        self.body.addWidget(self.field)
        self.body.addLayout(row(self._wrong_icon, (self.wrong, 1)))
        self._show_wrong("")
        self.cancel_button = Button(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.open_button = Button(self.tr("Open"), "primary", "lock")
        self.open_button.setDefault(True)
        self.open_button.setEnabled(False)
        self.open_button.clicked.connect(self._give)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.open_button)
        self.field.textChanged.connect(self._typed)
        self.field.setFocus()

    def set_wrong(self, sentence: str) -> None:
        """Say that this passphrase does not open the file, and ask again."""
        self._set_working(False)
        self._show_wrong(sentence)
        self.field.selectAll()
        self.field.setFocus()

    def _show_wrong(self, sentence: str) -> None:
        self.wrong.setText(sentence)
        self.wrong.setVisible(bool(sentence))
        self._wrong_icon.setVisible(bool(sentence))
        self.field.setProperty("wrong", bool(sentence))
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def _set_working(self, working: bool) -> None:
        self.field.setEnabled(not working)
        self.open_button.setEnabled(not working and bool(self.field.text()))
        self.open_button.set_text(self.tr("Opening") if working else self.tr("Open"))

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._show_wrong("")
        self.open_button.setEnabled(bool(text))

    @Slot()
    def _give(self) -> None:
        if self.field.text():
            self._set_working(True)
            self.given.emit(self.field.text())
