"""The few things one can set: theme and table rows. They take effect at once."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.dialog import Dialog
from gui.settings import SCHEMES, Settings
from gui.theme import look
from gui.widgets import Button, Label, Segments


class SettingsDialog(Dialog):
    """Changes are seen and kept as they are made; there is nothing to confirm."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self.heading.setText(self.tr("Settings"))
        self.setMinimumWidth(480)
        themes = [self.tr("As the system"), self.tr("Light"), self.tr("Dark")]
        self.theme = Segments(themes, SCHEMES.index(settings.scheme), name=self.tr("Theme"))
        rows = [self.tr("Comfortable"), self.tr("Compact")]
        self.rows = Segments(rows, int(settings.has_compact_rows), name=self.tr("Table rows"))
        self.theme.chosen.connect(self._choose_theme)
        self.rows.chosen.connect(self._choose_rows)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(16)
        grid.setColumnStretch(1, 1)
        for index, (name, control) in enumerate(((self.tr("Theme"), self.theme), (self.tr("Table rows"), self.rows))):
            grid.addWidget(Label(name), index, 0)
            grid.addWidget(control, index, 1)
        self.body.addLayout(grid)
        self.body.addStretch(1)
        self.close_button = Button(self.tr("Close"), "primary")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    @Slot(int)
    def _choose_theme(self, index: int) -> None:
        self._settings.scheme = SCHEMES[index]
        look().use(SCHEMES[index])

    @Slot(int)
    def _choose_rows(self, index: int) -> None:
        self._settings.has_compact_rows = bool(index)
        look().use_compact_rows(bool(index))
