"""The bar: what it says while a job runs and after it."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

import gui.job_bar
from engine.job import Job
from gui.durations import time_left, took
from gui.job_bar import JobBar
from gui.jobs import JobQueue


@pytest.fixture
def bar(qtbot):
    queue = JobQueue()
    bar = JobBar(queue)
    bar.queue = queue
    queue.setParent(bar)
    bar.resize(1200, 48)
    qtbot.addWidget(bar)
    bar.show()
    yield bar
    queue.stop()
    assert queue.wait()
    qtbot.wait(20)


def report_until(release):
    def work(context):
        while not release.is_set():
            context.progress(0.62, "1,240 of 2,000")
            time.sleep(0.01)

    return work


def test_idle_bar_has_no_cancel_and_no_progress(bar):
    assert not bar.cancel_button.isVisible()
    assert not bar.bar.isVisible()
    assert not bar.history_button.isVisible()


def test_running_job_shows_name_bar_words_and_how_many_wait(bar, qtbot):
    release = threading.Event()
    bar.queue.start(Job("Finding faces in 2,000 photos", report_until(release)))
    bar.queue.start(Job("Next", lambda context: None))
    qtbot.waitUntil(lambda: bar.bar.value() == 620)
    assert bar.name.text() == "Finding faces in 2,000 photos"
    assert bar.state.accessibleName() == "1,240 of 2,000"
    assert bar.waiting.isVisible()
    assert bar.waiting.text() == "1 more waiting"
    with qtbot.waitSignal(bar.queue.emptied):
        release.set()
    assert bar.idle.accessibleName().startswith("Next")
    assert not bar.cancel_button.isVisible()


def test_time_left_appears_after_three_seconds(bar, qtbot, monkeypatch):
    release = threading.Event()
    bar.queue.start(Job("Slow", report_until(release)))
    qtbot.waitUntil(lambda: bar.bar.value() == 620)
    assert "left" not in bar.state.accessibleName()
    real = time.monotonic
    monkeypatch.setattr(gui.job_bar.time, "monotonic", lambda: real() + 49)
    qtbot.waitUntil(lambda: bar.state.accessibleName() == "1,240 of 2,000, about 30 s left")
    monkeypatch.undo()
    with qtbot.waitSignal(bar.queue.emptied):
        release.set()


def test_cancel_by_click_stops_within_a_second_and_is_told(bar, qtbot):
    release = threading.Event()
    bar.queue.start(Job("Endless", report_until(release)))
    qtbot.waitUntil(lambda: bar.bar.value() == 620)
    began = time.monotonic()
    with qtbot.waitSignal(bar.queue.emptied, timeout=3000):
        qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
        assert bar.state.accessibleName() == "Stopping"
    assert time.monotonic() - began < 1.0
    assert bar.idle.accessibleName().startswith("Endless: cancelled after")


def test_history_tells_what_was_done_elsewhere(bar):
    bar.queue.note("p004 chosen for customer 018 204")
    assert bar.idle.accessibleName() == "p004 chosen for customer 018 204"
    assert bar.history_menu().actions()[0].text().endswith("p004 chosen for customer 018 204")


def test_history_lists_what_was_done_newest_first(bar, qtbot):
    bar.queue.start(Job("work", lambda context: time.sleep(0.1)), afterwards="Logs read: 1,862,855 rows")
    bar.queue.start(Job("work", lambda context: None), afterwards="Ads composed")
    with qtbot.waitSignal(bar.queue.emptied):
        pass
    assert bar.history_button.isVisible()
    texts = [action.text() for action in bar.history_menu().actions()]
    assert texts[0].endswith("Ads composed")  # in no time that could be told
    assert "Logs read: 1,862,855 rows in" in texts[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (6.12, "6.1 s"), (38.4, "38 s"), (98.0, "98 s"), (540.0, "9 min"), (4800.0, "1 h 20 min")],
)
def test_time_taken_is_rounded(seconds, words):
    assert took(seconds) == words


@pytest.mark.parametrize(
    ("elapsed", "fraction", "words"),
    [
        (2.9, 0.5, ""),
        (60.0, 0.0, ""),
        (60.0, 1.0, ""),
        (4.0, 0.5, "a few seconds left"),
        (49.0, 0.62, "about 30 s left"),
        (60.0, 0.5, "about 1 min left"),
        (600.0, 0.5, "about 10 min left"),
    ],
)
def test_time_left_is_rounded(elapsed, fraction, words):
    assert time_left(elapsed, fraction) == words


@given(st.floats(3.0, 1e5), st.floats(1e-4, 0.9999))
def test_time_left_is_always_a_phrase_once_it_is_known(elapsed, fraction):
    assert time_left(elapsed, fraction).endswith("left")
