"""The rights to some campaign photos, as a designer knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDateEdit, QGridLayout, QLineEdit, QWidget

from engine.campaign import PhotoRights
from engine.inventory.rights import territory_names
from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.photo_view import photo_name
from gui.territories import known_territories, offer_words
from gui.theme import font
from gui.widgets import Button, Choice, Label, row

FIELDS = ("release", "territories", "expires_on", "tags")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words between commas or semicolons, each once."""
    parts = (part.strip() for part in text.replace(";", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def alike(records: Sequence[PhotoRights]) -> dict[str, Any]:
    """Return the fields of PhotoRights that several records have in common, by name; the photo's key is none."""
    first = records[0] if records else PhotoRights("")
    return {
        name: getattr(first, name)
        for name in FIELDS
        if all(getattr(record, name) == getattr(first, name) for record in records)
    }


class RightsDialog(Dialog):
    """``told`` carries the photos and the fields of PhotoRights that were changed; the others stay each photo's."""

    told = Signal(list, dict)

    def __init__(self, photos: Sequence[str], rights: Mapping[str, PhotoRights], parent: QWidget | None = None) -> None:
        count = len(photos)
        many = tr("Rights to {count} photos").format(count=numbers.decimal(count))
        super().__init__(tr("Rights to {photo}").format(photo=photo_name(photos[0])) if count == 1 else many, parent)
        self._photos = list(photos)
        self._alike = alike([rights.get(photo, PhotoRights(photo)) for photo in photos])
        self._written: set[str] = set()
        self.release = Choice(tr("Model release"))
        words = [(tr("Yes, on record"), "yes"), (tr("No"), "no"), (tr("Not known"), "unknown")]
        differ = [] if "release" in self._alike else [(tr("Different, stays so"), "")]
        self.release.offer([*differ, *words], self._alike.get("release", ""))
        self.territories = self._words("territories", tr("Territories"), tr("Everywhere"))
        offer_words(self.territories, known_territories(rights))
        self.tags = self._words("tags", tr("Tags"), tr("summer, outdoors"))
        ends_on: date | None = self._alike.get("expires_on")
        self.ends = QCheckBox(tr("They end on"))
        self.ends.setChecked(ends_on is not None)
        if "expires_on" not in self._alike:
            self.ends.setTristate(True)
            self.ends.setCheckState(Qt.CheckState.PartiallyChecked)
            self.ends.setToolTip(tr("A dash leaves each photo the end that it has"))
        day = ends_on or date(date.today().year + 1, 12, 31)
        self.day = QDateEdit(QDate(day.year, day.month, day.day))
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setFont(font())
        self.day.setAccessibleName(tr("Last day on which they may be used"))
        self.ends.checkStateChanged.connect(self._show_day)
        self._show_day()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        lines = (
            (tr("Model release"), self.release),
            (tr("Territories"), self.territories),
            (tr("Tags"), self.tags),
        )
        for line, (word, control) in enumerate(lines):
            grid.addWidget(Label(word, "body", "muted"), line, 0)
            grid.addWidget(control, line, 1)
        grid.addWidget(Label(tr("Expiry"), "body", "muted"), len(lines), 0)
        grid.addLayout(row(self.ends, (self.day, 1)), len(lines), 1)
        self.body.addLayout(grid)
        said = tr(
            "A photo that has no release, or whose rights ended, can neither match nor stand in an ad; once a table "
            "of rights was read, neither can one whose release is not known."
        )
        self.body.addWidget(Label(said, "caption", "muted", wrap=True))
        self.cancel_button = Button(tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.keep_button = Button(tr("Keep"), "primary")
        self.keep_button.setDefault(True)
        self.keep_button.clicked.connect(self._keep)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.keep_button)
        self.setMinimumWidth(460)

    def _words(self, name: str, title: str, placeholder: str) -> QLineEdit:
        """Make the field of several words; where they differ it is empty and says so, until somebody writes there."""
        field = _field(title, ", ".join(self._alike.get(name, ())), placeholder)
        if name not in self._alike:
            field.setPlaceholderText(tr("Different, stays so"))
            field.textChanged.connect(partial(self._take_over, name, field, placeholder))
        return field

    def _take_over(self, name: str, field: QLineEdit, placeholder: str, _: str) -> None:
        self._written.add(name)
        field.setPlaceholderText(placeholder)

    @Slot()
    def _show_day(self) -> None:
        self.day.setEnabled(self.ends.checkState() == Qt.CheckState.Checked)

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of PhotoRights that are others now than what the photos have in common."""
        day, ends = self.day.date(), self.ends.checkState()
        now: dict[str, Any] = {}
        if self.release.chosen:
            now["release"] = self.release.chosen
        for name, field in (("territories", self.territories), ("tags", self.tags)):
            if name in self._alike or name in self._written:
                words = words_of(field.text())
                now[name] = territory_names(words) if name == "territories" else words
        if ends != Qt.CheckState.PartiallyChecked:
            is_checked = ends == Qt.CheckState.Checked
            now["expires_on"] = date(day.year(), day.month(), day.day()) if is_checked else None
        return {name: value for name, value in now.items() if name not in self._alike or self._alike[name] != value}

    @Slot()
    def _keep(self) -> None:
        self.accept()
        if self.changes:
            self.told.emit(self._photos, self.changes)


def _field(name: str, text: str, placeholder: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setFont(font())
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field
