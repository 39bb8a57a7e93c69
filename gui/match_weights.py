"""What counts as alike: face, age and hair on three sliders."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QSlider

from engine.inventory.settings import MatchWeights
from gui import numbers
from gui.faces_data import tr
from gui.theme import CARD_PADDING
from gui.widgets import Button, Card, ElidedLabel, IconLabel, Label, keep_arrows


class WeightsCard(Card):
    """Three sliders, of which only the ratio matters; ``moved`` carries the weights at once."""

    moved = Signal(object)
    teach_wanted = Signal()
    limits_wanted = Signal()
    in_use_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("What counts as alike"), gap=2, padding=CARD_PADDING - 2)
        self._is_narrow = False
        self.mark = IconLabel("warning", "warning", 16)
        self.stale = ElidedLabel("", "caption", "warning")
        self.stale.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.stale.setMinimumWidth(60)
        for part in (self.mark, self.stale):
            self.add_control(part)
        self.teach = Button(tr("Teach it"), "quiet", "compare", tip=tr("Say which of two faces is more alike"))
        self.reset = Button(tr("Reset"), "quiet", "undo", tip=tr("By the face alone"))
        self.limits = Button(tr("Limits…"), "quiet", "filter", tip=tr("How often a photo may be used, where ads run"))
        self.limits.clicked.connect(self.limits_wanted)
        tip = tr("What was learnt and adopted, with the way back; the face network")
        self.in_use = Button(tr("In use…"), "quiet", "check", tip=tip)
        self.in_use.clicked.connect(self.in_use_wanted)
        for button in self._buttons():
            button.setProperty("small", True)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.add_control(button)
        self._icons = tuple(button.icon_name for button in self._buttons())
        self.teach.clicked.connect(self.teach_wanted)
        self.reset.clicked.connect(self._reset)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        self.sliders: list[QSlider] = []
        self.shares: list[Label] = []
        for place, word in enumerate((tr("Face"), tr("Age"), tr("Hair"))):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, 100)
            slider.setPageStep(10)
            slider.setAccessibleName(tr("Weight of {word}").format(word=word))
            slider.setMinimumWidth(48)
            slider.valueChanged.connect(self._tell)
            share = Label("", "body", tabular=True, align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            share.setMinimumWidth(44)
            name = Label(word)
            name.setContentsMargins(14 if place else 0, 0, 0, 0)  # apart from the share of the one before
            for column, widget in enumerate((name, slider, share)):
                grid.addWidget(widget, 0, 3 * place + column)
            grid.setColumnStretch(3 * place + 1, 1)
            keep_arrows(slider)
            self.sliders.append(slider)
            self.shares.append(share)
        self.body.addLayout(grid)
        self.tell_stale(is_stale=False)

    @property
    def weights(self) -> MatchWeights:
        """The weights as the sliders stand; with all at 0 the face alone counts."""
        values = [slider.value() / 100 for slider in self.sliders]
        return MatchWeights(*values) if sum(values) else MatchWeights()

    def tell_stale(self, *, is_stale: bool) -> None:
        """Say in the card, where nothing moves under the pointer, that the ads go by other weights."""
        self.mark.setVisible(is_stale)
        self.stale.setVisible(is_stale)
        said = tr("Not in ads") if self._is_narrow else tr("Not in the ads yet: match all.")
        self.stale.set_whole(said if is_stale else "")

    def _buttons(self) -> tuple[Button, ...]:
        return self.teach, self.in_use, self.limits, self.reset

    def set_narrow(self, narrow: bool, /) -> None:
        """Leave the icons out of a narrow card, so that the words have room beside what is said of the ads."""
        if narrow == self._is_narrow:
            return
        self._is_narrow = narrow
        for button, name in zip(self._buttons(), self._icons, strict=True):
            button.set_icon("" if narrow else name)
        self.tell_stale(is_stale=self.is_stale)

    @property
    def is_stale(self) -> bool:
        """Whether the ads go by other weights."""
        return bool(self.stale.accessibleName())

    def show_weights(self, weights: MatchWeights) -> None:
        """Show weights without telling anybody."""
        total = weights.face + weights.age + weights.hair
        for slider, weight in zip(self.sliders, (weights.face, weights.age, weights.hair), strict=True):
            slider.blockSignals(True)
            slider.setValue(round(100 * weight / total))
            slider.blockSignals(False)
        self._say()

    def _say(self) -> None:
        weights = self.weights
        values = weights.face, weights.age, weights.hair
        for label, value in zip(self.shares, values, strict=True):
            label.setText(numbers.percent(value / sum(values), 0))

    @Slot()
    def _tell(self) -> None:
        self._say()
        self.moved.emit(self.weights)

    @Slot()
    def _reset(self) -> None:
        self.show_weights(MatchWeights())
        self.moved.emit(MatchWeights())
