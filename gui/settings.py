"""What the program remembers between two starts: theme, rows, the window's place, recent campaigns."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine.resources import data_dir
from gui.theme import Scheme

RECENTS_KEPT = 5
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")


@dataclass(frozen=True)
class Recent:
    """A campaign that was open lately: what the start page says of it. Nothing about any person."""

    path: str
    name: str
    customers: int
    with_offer: int
    opened_at: str  # ISO date and time
    is_demo: bool = False

    @property
    def when(self) -> datetime:
        """The moment it was opened."""
        return datetime.fromisoformat(self.opened_at)


class Settings:
    """The settings of this person, in one file of the program's data folder."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or data_dir() / "settings.ini"
        self._store = QSettings(str(self.file), QSettings.Format.IniFormat)

    @property
    def scheme(self) -> Scheme:
        """The theme to use; "system" follows the desktop."""
        value = str(self._store.value("look/scheme", "system"))
        return value if value in SCHEMES else "system"

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._store.setValue("look/scheme", scheme)

    @property
    def has_compact_rows(self) -> bool:
        """Whether table rows are compact."""
        return str(self._store.value("look/compact_rows", "false")) == "true"

    @has_compact_rows.setter
    def has_compact_rows(self, compact: bool) -> None:
        self._store.setValue("look/compact_rows", "true" if compact else "false")

    @property
    def geometry(self) -> QByteArray | None:
        """The window's place and size at the last close."""
        value = self._store.value("window/geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)

    @property
    def recents(self) -> tuple[Recent, ...]:
        """The campaigns that were open lately and are still there, the last one first."""
        try:
            rows = json.loads(str(self._store.value("campaigns/recent", "[]")))
            recents = tuple(Recent(**row) for row in rows)
        except (ValueError, TypeError):
            return ()
        return tuple(recent for recent in recents if Path(recent.path).is_file())

    def remember(self, recent: Recent) -> None:
        """Put a campaign first among the recent ones."""
        others = [each for each in self.recents if each.path != recent.path]
        self._write([recent, *others][:RECENTS_KEPT])

    def _write(self, recents: list[Recent]) -> None:
        self._store.setValue("campaigns/recent", json.dumps([asdict(each) for each in recents]))
        self._store.sync()
