"""Where saving begins: beside the campaign's file, or among the person's documents."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget


def save_place(asker: QWidget | None, name: str) -> str:
    """Return the path that a file dialog proposes for a name, as text.

    The window and each of its dialogs can be asked from; the window's file is that of the campaign (windowFilePath).
    """
    while asker is not None:
        if asker.window().windowFilePath():
            return str(Path(asker.window().windowFilePath()).parent / name)
        asker = asker.window().parentWidget()
    return str(documents() / name)


def documents() -> Path:
    """Return the person's folder of documents, or their home where there is none."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return folder if folder.is_dir() else Path.home()
