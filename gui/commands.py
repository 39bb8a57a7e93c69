"""What can be done from everywhere, by key and by name: the one list behind the keys and the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from gui.column_store import fold
from gui.widgets import Button


@dataclass(frozen=True, eq=False)
class Command:
    """Something that can be done: its name, its key ("" without one), its icon, and the doing."""

    name: str
    keys: str
    icon: str
    run: Callable[[], object]


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("commands", text)


def page_commands(page: QWidget) -> tuple[Command, ...]:
    """Return what the buttons that stand on a page do; those that need a look first or are switched off are not."""
    found: dict[str, Command] = {}
    for button in page.findChildren(Button):
        if button.isVisibleTo(page) and button.isEnabled() and button.kind != "filter" and not button.isChecked():
            name = button.accessibleName().rstrip("…")
            found.setdefault(name, Command(name, "", button.icon_name or "play", partial(button.click)))
    return tuple(found.values())


def matching(commands: Iterable[Command], search: str) -> Sequence[Command]:
    """Return the commands whose names have all the words, those that begin with the first word in front."""
    words = fold(search).split()
    found = [command for command in commands if all(word in fold(command.name) for word in words)]
    return sorted(found, key=lambda command: not fold(command.name).startswith(words[0])) if words else found
