"""The rights to some campaign photos, as a designer knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDateEdit, QGridLayout, QLineEdit, QWidget

from engine.campaign import PhotoRights, Release
from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.photo_view import photo_name
from gui.theme import font
from gui.widgets import Button, Choice, Label, row


def words_of(text: str) -> tuple[str, ...]:
    """Return the words between commas or semicolons, each once."""
    parts = (part.strip() for part in text.replace(";", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def shared(records: Sequence[PhotoRights]) -> PhotoRights:
    """Return what several records have in common; "unknown", empty or None where they differ."""
    first = records[0] if records else PhotoRights("")

    def same(name: str) -> bool:
        return all(getattr(record, name) == getattr(first, name) for record in records)

    return PhotoRights(
        "",
        first.release if same("release") else "unknown",
        first.territories if same("territories") else (),
        first.expires_on if same("expires_on") else None,
        first.tags if same("tags") else (),
    )


class RightsDialog(Dialog):
    """``told`` carries the photos and the PhotoRights that shall count for all of them."""

    told = Signal(list, object)

    def __init__(self, photos: Sequence[str], rights: Mapping[str, PhotoRights], parent: QWidget | None = None) -> None:
        count = len(photos)
        many = tr("Rights to {count} photos").format(count=numbers.decimal(count))
        super().__init__(tr("Rights to {photo}").format(photo=photo_name(photos[0])) if count == 1 else many, parent)
        self._photos = list(photos)
        now = shared([rights.get(photo, PhotoRights(photo)) for photo in photos])
        self.release = Choice(tr("Model release"))
        words = [(tr("Yes, on record"), "yes"), (tr("No"), "no"), (tr("Not known"), "unknown")]
        self.release.offer(words, now.release)
        self.territories = _field(tr("Territories"), ", ".join(now.territories), tr("Everywhere"))
        self.tags = _field(tr("Tags"), ", ".join(now.tags), tr("summer, outdoors"))
        self.ends = QCheckBox(tr("They end on"))
        self.ends.setChecked(now.expires_on is not None)
        day = now.expires_on or date(date.today().year + 1, 12, 31)
        self.day = QDateEdit(QDate(day.year, day.month, day.day))
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setFont(font(tabular=True))
        self.day.setAccessibleName(tr("Last day on which they may be used"))
        self.day.setEnabled(self.ends.isChecked())
        self.ends.toggled.connect(self.day.setEnabled)
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
        said = tr("A photo without a release, or whose rights ended, can neither match nor stand in an ad.")
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

    @property
    def rights(self) -> PhotoRights:
        """What was told."""
        day = self.day.date()
        chosen = self.release.chosen
        release: Release = "yes" if chosen == "yes" else "no" if chosen == "no" else "unknown"
        expires = date(day.year(), day.month(), day.day()) if self.ends.isChecked() else None
        return PhotoRights("", release, words_of(self.territories.text()), expires, words_of(self.tags.text()))

    @Slot()
    def _keep(self) -> None:
        self.accept()
        self.told.emit(self._photos, self.rights)


def _field(name: str, text: str, placeholder: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setFont(font())
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field
