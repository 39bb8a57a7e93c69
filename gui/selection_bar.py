"""What can be done with several rows that are selected."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from gui import numbers
from gui.recommendations_columns import tr
from gui.widgets import Button, Label, row


class SelectionBar(QFrame):
    """How many customers are selected, and what can be done with them; hidden unless there are several."""

    export_wanted = Signal()
    preview_wanted = Signal()
    withholding_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sunken")
        self.count = Label("", "strong", tabular=True)
        self.export = Button(tr("Export"), "plain", "export", tip=tr("Save the customers that are selected"))
        self.export.clicked.connect(self.export_wanted)
        self.preview = Button(tr("Preview"), "plain", "preview", tip=tr("Walk through them in the Preview"))
        self.preview.clicked.connect(self.preview_wanted)
        self.no_offer = Button(tr("No offer"), "plain", "no-offer", tip=tr("Send them no offer (Ctrl+Z takes it back)"))
        self.no_offer.clicked.connect(self.withholding_wanted)
        self.setLayout(row(self.count, None, self.export, self.preview, self.no_offer, margins=(12, 6, 8, 6)))
        self.hide()

    def show_count(self, rows: int) -> None:
        """Show how many are selected."""
        self.count.setText(tr("{count} selected").format(count=numbers.decimal(rows)))
        self.setVisible(rows > 1)
