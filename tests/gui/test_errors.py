"""Errors: a sentence, what to do, details to copy; one dialog at a time."""

import sys
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.errors import InputError
from engine.version import VERSION
from gui.errors import ErrorDialog, ErrorReporter, explain, split_sentence

MISSING = (
    "customers.csv has no column birth_year. Found instead: id, town. Name the column birth_year and start it again."
)


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.fixture
def reporter(qtbot):
    reporter = ErrorReporter()
    yield reporter
    if reporter.dialog is not None:
        reporter.dialog.accept()
    reporter.uninstall()


def test_error_of_the_program_shows_its_own_sentence(qtbot):
    dialog = ErrorDialog(raised(InputError(MISSING)))
    qtbot.addWidget(dialog)
    assert dialog.sentence.text() == "customers.csv has no column birth_year."
    assert dialog.advice.text() == "Found instead: id, town. Name the column birth_year and start it again."


def test_other_error_is_honestly_unexpected_and_does_not_show_its_inner_words(qtbot):
    explained = explain(raised(KeyError("uplift:samsung-5g")))
    assert "did not expect" in explained.happened
    assert "uplift:samsung-5g" not in explained.happened + explained.advice
    assert "KeyError" in explained.details


def test_full_disk_is_called_so():
    assert explain(OSError(28, "No space left on device")).happened == "The disk is full."


def test_file_names_with_dots_do_not_split_a_sentence():
    assert split_sentence("calls.csv, line 4.118 is cut short. Repair it.") == (
        "calls.csv, line 4.118 is cut short.",
        "Repair it.",
    )


def test_copy_details_puts_sentence_versions_and_traceback_on_the_clipboard(qtbot):
    dialog = ErrorDialog(raised(InputError(MISSING)))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("customers.csv has no column birth_year.")
    assert f"Semblance {VERSION}" in text
    assert "Traceback" in text
    assert "InputError" in text
    assert dialog.copy_button.text() == "Copied"


def test_details_are_hidden_until_asked_for(qtbot):
    dialog = ErrorDialog(raised(InputError(MISSING)))
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.details.isVisible()
    qtbot.mouseClick(dialog.show_button, Qt.MouseButton.LeftButton)
    assert dialog.details.isVisible()


def test_uncaught_error_ends_in_the_dialog(reporter, qtbot, capsys):
    reporter.install()
    error = raised(InputError(MISSING))
    sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert reporter.dialog.sentence.text() == "customers.csv has no column birth_year."
    assert "InputError" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_error_of_another_thread_ends_in_the_dialog_too(reporter, qtbot, monkeypatch):
    reporter.install()
    monkeypatch.setattr(threading, "__excepthook__", lambda caught: None)

    def fail():
        raise InputError("The thread failed. Try again.")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: reporter.dialog is not None)
    assert reporter.dialog.sentence.text() == "The thread failed."


def test_only_the_first_of_two_errors_is_shown(reporter, qtbot):
    reporter.show(InputError("First. Do this."))
    first = reporter.dialog
    reporter.show(InputError("Second. Do that."))
    assert reporter.dialog is first
    first.accept()
    assert reporter.dialog is None
