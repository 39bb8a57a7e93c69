"""The territories that are on record, offered wherever one is asked for, so that each is written in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from engine.campaign import PhotoRights
from engine.inventory.rights import territory_names


def known_territories(rights: Mapping[str, PhotoRights]) -> tuple[str, ...]:
    """Return the territories of all photos, in the order of the alphabet."""
    return tuple(sorted(territory_names(name for record in rights.values() for name in record.territories)))


class _LastWord(QCompleter):
    """Completes what stands behind the last comma."""

    def splitPath(self, path: str) -> list[str]:
        """Look for the last word alone."""
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: object) -> str:
        """Put what was chosen in the place of the last word."""
        chosen = super().pathFromIndex(index)  # type: ignore[arg-type]
        field = self.widget()
        before = field.text().rpartition(",")[0] if isinstance(field, QLineEdit) else ""
        return f"{before}, {chosen}" if before else chosen


def offer_words(field: QLineEdit, words: Sequence[str]) -> None:
    """Offer words to choose from as somebody types, also behind a comma."""
    completer = _LastWord(list(words), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    field.setCompleter(completer)
