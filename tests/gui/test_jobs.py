"""The queue: order, delivery, cancel, and what never lands."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from engine.errors import InputError
from engine.job import Job
from gui.jobs import JobQueue


class Receiver(QObject):
    got = Signal()

    def __init__(self):
        super().__init__()
        self.results, self.errors, self.cancels, self.threads = [], [], 0, []

    @Slot(object)
    def take(self, result):
        self.results.append(result)
        self.threads.append(QThread.currentThread())
        self.got.emit()

    @Slot(Exception)
    def take_error(self, error):
        self.errors.append(error)

    @Slot()
    def take_cancel(self):
        self.cancels += 1


@pytest.fixture
def queue(qtbot):
    queue = JobQueue()
    yield queue
    queue.stop()
    assert queue.wait()
    for _ in range(5):
        QCoreApplication.processEvents()


@pytest.fixture
def receiver():
    return Receiver()


def endless(context):
    while True:
        context.progress(0.5, "1,240 of 2,000")
        time.sleep(0.005)


def fail(context):
    raise InputError("calls.csv is empty. Choose another file.")


def test_jobs_run_one_after_another_and_results_land_in_the_window_thread(queue, receiver, qtbot):
    running = []

    def work(number):
        def run(context):
            running.append(number)
            assert threading.current_thread() is not threading.main_thread()
            time.sleep(0.02)
            assert running[-1] == number, "another job ran meanwhile"
            return number

        return Job(f"job {number}", run)

    for number in range(4):
        queue.start(work(number), receiver.take)
    assert queue.waiting == 3
    with qtbot.waitSignal(queue.emptied, timeout=5000):
        pass
    assert receiver.results == [0, 1, 2, 3]
    assert set(receiver.threads) == {QThread.currentThread()}
    assert [finished.name for finished in queue.history] == [f"job {number}" for number in range(4)]
    assert all(finished.seconds >= 0.02 for finished in queue.history)


def test_cancel_stops_within_a_second_and_the_next_job_follows(queue, receiver, qtbot):
    queue.start(Job("endless", endless), receiver.take, cancelled=receiver.take_cancel)
    queue.start(Job("next", lambda context: "next"), receiver.take)
    qtbot.wait(50)
    began = time.monotonic()
    with qtbot.waitSignal(queue.emptied, timeout=3000):
        queue.cancel()
    assert time.monotonic() - began < 1.0
    assert receiver.cancels == 1
    assert receiver.results == ["next"]
    assert [finished.outcome for finished in queue.history] == ["cancelled", "done"]


def test_dropped_result_never_lands(queue, receiver, qtbot):
    release = threading.Event()
    old = queue.start(Job("old", lambda context: release.wait(5) and "old"), receiver.take)
    qtbot.wait(20)
    queue.start(Job("new", lambda context: "new"), receiver.take, replacing=old)
    with qtbot.waitSignal(queue.emptied, timeout=5000):
        release.set()
    assert receiver.results == ["new"]
    assert [finished.name for finished in queue.history] == ["new"]


def test_result_for_a_receiver_that_is_gone_does_no_harm(queue, qtbot):
    receiver = Receiver()
    queue.start(Job("late", lambda context: time.sleep(0.05)), receiver.take)
    receiver.deleteLater()
    QCoreApplication.sendPostedEvents(receiver, QEvent.Type.DeferredDelete)
    with qtbot.waitSignal(queue.emptied, timeout=5000):
        pass
    assert queue.history[-1].outcome == "done"


def test_plain_function_is_refused_as_receiver(queue):
    with pytest.raises(TypeError, match="not a method of a QObject"):
        queue.start(Job("any", lambda context: 1), print)


def test_failure_goes_to_its_own_slot_or_to_the_queue(queue, receiver, qtbot):
    queue.start(Job("own", fail), failed=receiver.take_error)
    with qtbot.waitSignal(queue.emptied, timeout=5000):
        pass
    assert str(receiver.errors[0]).startswith("calls.csv is empty")
    with qtbot.waitSignal(queue.failed, timeout=5000) as told:
        queue.start(Job("general", fail))
    assert isinstance(told.args[0], InputError)
    assert queue.history[-1].outcome == "failed"


def test_stop_asks_everything_to_end_and_nothing_begins_after_it(queue, receiver, qtbot):
    queue.start(Job("endless", endless), receiver.take)
    queue.start(Job("never", lambda context: "never"), receiver.take)
    qtbot.wait(20)
    with qtbot.waitSignal(queue.emptied, timeout=3000):
        assert queue.stop() is False
    queue.start(Job("after", lambda context: "after"), receiver.take)
    qtbot.wait(50)
    assert receiver.results == []


def test_five_thousand_emissions_do_not_abort(qtbot):
    class Emitter(QObject):
        flag, thing, words, nothing = Signal(bool), Signal(object), Signal(float, str), Signal()

    class Counter(QObject):
        def __init__(self):
            super().__init__()
            self.count = 0

        @Slot()
        def none(self):
            self.count += 1

        @Slot(bool)
        def flag(self, value):
            self.count += 1

        @Slot(object)
        def thing(self, value):
            self.count += 1

        @Slot(float, str)
        def words(self, fraction, message):
            self.count += 1

    emitter, counter = Emitter(), Counter()
    emitter.flag.connect(counter.flag)
    emitter.thing.connect(counter.thing)
    emitter.words.connect(counter.words)
    emitter.nothing.connect(counter.none)

    class Emits(QThread):
        def run(self):
            for step in range(5000):
                emitter.flag.emit(step % 2 == 0)
                emitter.thing.emit(None)
                emitter.words.emit(step / 5000, "step")
                emitter.nothing.emit()

    thread = Emits()
    thread.start()
    assert thread.wait(60_000)
    qtbot.waitUntil(lambda: counter.count == 20_000, timeout=30_000)
    for _ in range(5000):
        emitter.thing.emit(None)
        emitter.flag.emit(True)
    assert counter.count == 30_000


@pytest.mark.parametrize("close", [JobQueue.drop_all, JobQueue.stop])
def test_a_lasting_job_is_done_though_its_campaign_is_closed_before_its_turn(queue, receiver, qtbot, close):
    done, told = [], []
    queue.failed.connect(told.append)
    queue.start(Job("Exporting", endless))
    queue.start(Job("Erasing", lambda context: done.append("erased")), receiver.take, lasting=True)
    queue.start(Job("Erasing", fail), receiver.take, lasting=True)
    queue.start(Job("Reading", lambda context: done.append("read")), receiver.take)
    with qtbot.waitSignal(queue.emptied, timeout=10_000):
        close(queue)
    assert done == ["erased"]
    assert receiver.results == []
    assert [str(error) for error in told] == ["calls.csv is empty. Choose another file."]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Qt's priorities say it")
def test_a_job_and_the_threads_it_begins_let_the_window_go_first(queue, qtbot):
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(context):
        with ThreadPoolExecutor(1) as pool:
            return niceness(), pool.submit(niceness).result()

    receiver = Receiver()
    with qtbot.waitSignal(receiver.got):
        queue.start(Job("Work", work), receiver.take)
    assert receiver.results == [(niceness() + 5, niceness() + 5)]


def test_a_worker_lets_go_of_the_interpreter_in_a_part_of_a_picture_of_the_screen(application):
    assert sys.getswitchinterval() <= 0.001  # the window may need it some ten times for one picture of 16 ms
