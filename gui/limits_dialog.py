"""What holds for all matching of a campaign besides the weights: how often a photo is used, and where ads run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QSpinBox, QWidget

from engine.inventory.rights import territory_name
from engine.inventory.settings import MatchSettings
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.territories import offer_words
from gui.theme import font
from gui.widgets import Button, Label, row

MOST = 1_000_000
USUAL = 50


class LimitsDialog(Dialog):
    """``told`` carries the MatchSettings, the weights as they were."""

    told = Signal(object)

    def __init__(
        self, settings: MatchSettings, parent: QWidget | None = None, *, territories: Sequence[str] = ()
    ) -> None:
        super().__init__(tr("Limits of the photos"), parent)
        self._settings = settings
        self.limited = QCheckBox(tr("One photo is in at most"))
        self.limited.setChecked(settings.most_ads is not None)
        self.most = QSpinBox()
        self.most.setRange(1, MOST)
        self.most.setValue(settings.most_ads or USUAL)
        self.most.setSuffix(tr(" ads"))
        self.most.lineEdit().setTextMargins(10, 0, 0, 0)
        self.most.setFont(font(tabular=True))
        self.most.setMinimumWidth(130)
        self.most.setAccessibleName(tr("Most ads that one photo is in"))
        self.most.setEnabled(self.limited.isChecked())
        self.limited.toggled.connect(self.most.setEnabled)
        self.territory = QLineEdit(settings.territory or "")
        self.territory.setFont(font())
        self.territory.setPlaceholderText(tr("Not said: territories are not judged"))
        self.territory.setAccessibleName(tr("Where the ads run"))
        offer_words(self.territory, territories)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Label(tr("Use"), "body", "muted"), 0, 0)
        grid.addLayout(row(self.limited, self.most, None), 0, 1)
        grid.addWidget(Label(tr("Ads run in"), "body", "muted"), 1, 0)
        grid.addWidget(self.territory, 1, 1)
        self.body.addLayout(grid)
        said = tr(
            "With a limit the photos are shared out, so that all ads together are the most alike and one model is not "
            "in every ad. A photo that may not be shown where the ads run cannot match."
        )
        self.body.addWidget(Label(said, "caption", "muted", wrap=True))
        self.cancel_button = Button(tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.keep_button = Button(tr("Keep and match all"), "primary")
        self.keep_button.setDefault(True)
        self.keep_button.clicked.connect(self._keep)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.keep_button)
        self.setMinimumWidth(480)

    @property
    def settings(self) -> MatchSettings:
        """What was told."""
        most = self.most.value() if self.limited.isChecked() else None
        return replace(self._settings, most_ads=most, territory=territory_name(self.territory.text()) or None)

    @Slot()
    def _keep(self) -> None:
        self.accept()
        self.told.emit(self.settings)
