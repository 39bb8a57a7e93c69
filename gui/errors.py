"""The one way an error reaches the person: a sentence, what to do, and details to copy."""

from __future__ import annotations

import errno
import platform
import sys
import threading
import traceback
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from engine.errors import SemblanceError
from engine.version import VERSION
from gui.dialog import Dialog
from gui.theme import font
from gui.widgets import Button, IconLabel, Label, row

PACKAGES = ("PySide6-Essentials", "numpy", "pandas", "pyarrow", "duckdb", "onnxruntime", "opencv-python-headless")


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("errors", text)


@dataclass(frozen=True)
class Explained:
    """An error in words: what happened, what to do, and all that a helper would want to know."""

    happened: str
    advice: str
    details: str


def explain(error: BaseException) -> Explained:
    """Put an error into words: a SemblanceError brings its own; any other is honestly called unexpected."""
    if isinstance(error, SemblanceError):
        first, advice = split_sentence(str(error))
    elif isinstance(error, MemoryError):
        first = tr("This computer ran out of memory.")
        advice = tr("Close other programs and start it again. What was there stays.")
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
        first = tr("The disk is full.")
        advice = tr("Make room and start it again. What was there stays.")
    else:
        first = tr("Something went wrong that Semblance did not expect.")
        advice = tr("What was there stays. Try again; if it comes back, copy the details for whoever helps you.")
    return Explained(first, advice, details(error))


def split_sentence(text: str) -> tuple[str, str]:
    """Split a message after its first sentence: what happened, and what to do."""
    for index, letter in enumerate(text):
        if letter in ".!?" and text[index + 1 : index + 2] == " " and text[index + 2 : index + 3].isupper():
            return text[: index + 1], text[index + 2 :].strip()
    return text, ""


def details(error: BaseException) -> str:
    """Return versions and traceback as text."""
    lines = [
        f"Semblance {VERSION}",
        f"{platform.platform()}, Python {platform.python_version()}, Qt {qVersion()}",
        ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "",
        "".join(traceback.format_exception(error)).rstrip(),
    ]
    return "\n".join(lines)


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "-"


class ErrorDialog(Dialog):
    """Says what happened and what to do; the details wait behind a button."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        explained = explain(error)
        super().__init__(tr("Semblance"), parent, heading=explained.happened)
        self.setMinimumWidth(520)
        self.setAccessibleDescription(f"{explained.happened} {explained.advice}")
        self.explained = explained
        self.heading.setFont(font("section"))
        self.sentence = self.heading
        self.advice = Label(explained.advice, wrap=True)
        self.advice.setVisible(bool(explained.advice))
        self.details = QPlainTextEdit(explained.details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(tr("Details"))
        self.details.setMinimumHeight(220)
        self.details.hide()
        outer = self.layout()
        assert outer is not None
        outer.removeWidget(self.heading)
        outer.takeAt(0)  # the space below the heading
        self.body.addLayout(row(IconLabel("stop", "danger", 22), (self.heading, 1), gap=10))
        self.body.addWidget(self.advice)
        self.body.addWidget(self.details)
        self._add_buttons()

    def _add_buttons(self) -> None:
        self.copy_button = Button(tr("Copy details"), "quiet", "copy")
        self.copy_button.clicked.connect(self._copy)
        self.show_button = Button(tr("Show details"), "quiet", "down")
        self.show_button.clicked.connect(self._show_details)
        self.close_button = Button(tr("Close"), "primary")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        for button in (self.copy_button, self.show_button):
            self.buttons.addWidget(button)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)
        self.close_button.setFocus()

    @Slot()
    def _copy(self) -> None:
        words = (self.explained.happened, self.explained.advice, "", self.explained.details)
        QGuiApplication.clipboard().setText("\n".join(words))
        self.copy_button.set_text(tr("Copied"))
        self.copy_button.set_icon("check")

    @Slot()
    def _show_details(self) -> None:
        shown = self.details.isVisible()
        self.details.setVisible(not shown)
        self.show_button.set_text(tr("Show details") if shown else tr("Hide details"))
        self.show_button.set_icon("down" if shown else "up")
        self.adjustSize()


class ErrorReporter(QObject):
    """Takes errors from failed jobs and from everything that nobody caught, and shows one dialog at a time."""

    _raised = Signal(Exception)

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self.dialog: ErrorDialog | None = None
        self._window = window
        self._raised.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Become the end of every uncaught error, in this thread and in others."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def uninstall(self) -> None:
        """Give the hooks back to Python."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    @Slot(Exception)
    def show(self, error: Exception) -> None:
        """Show an error, unless one is being shown already: the first is the cause, later ones mostly follow."""
        if self.dialog is not None:
            return
        self.dialog = ErrorDialog(error, self._window)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot()
    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            self._raised.emit(error.with_traceback(trace))
        elif isinstance(error, KeyboardInterrupt):
            QCoreApplication.quit()

    def _uncaught_in_thread(self, caught: threading.ExceptHookArgs) -> None:
        threading.__excepthook__(caught)
        if isinstance(caught.exc_value, Exception):
            self._raised.emit(caught.exc_value)
