"""Measures the Faces page: python dev.py bench photo_grid [--photos N] [--embedded N] [--json F]. Figures only.

The window's delay: by how much a timer of its thread is late while the grid is scrolled from end to end, without and
with photos being read into the inventory; and the ranking after a slider moved. Offscreen. On a machine that others use
too, the CPU time of one turn of the window's thread, and the delay without the time that this thread stood in the
system's queue for a processor, say more than the delay.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from engine.campaign import Appearance, Campaign, StoredPhoto
from engine.faces import decode_photo
from engine.faces.reader import shared_reader
from engine.inventory import thumbnails
from engine.resources import resource
from gui.application import make_application
from gui.faces_jobs import photo_import_job
from gui.faces_page import FacesPage
from gui.jobs import JobQueue
from gui.probe import Probe
from gui.results import CampaignResults, read_results
from gui.settings import Settings

TICK_MS = 16  # sixty pictures a second, as screens show them
SCROLL_SECONDS = 8.0
TARGET = 16.0  # ms, p95


@dataclass(frozen=True)
class Figure:
    """What was measured, in ms: median, 95th percentile and largest, beside what the percentile may be."""

    name: str
    median: float
    p95: float
    largest: float
    target: float


class Delay(QObject):
    """Notes by how much a timer is late, and scrolls on at every tick."""

    def __init__(self, page: FacesPage, step: int = 240) -> None:
        super().__init__(page)
        self._bar = page.inventory.grid.verticalScrollBar()
        self._step = step
        self.late: list[float] = []
        self.turns: list[float] = []
        self.own: list[float] = []  # of being late, what was not waiting for other programs to leave a processor
        self._expected = self._cpu = self._queued = 0.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to note."""
        self._expected = time.perf_counter() + TICK_MS / 1000
        self._cpu, self._queued = time.thread_time(), queued_ms()
        self._timer.start()

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        late, queued = max(0.0, 1000 * (now - self._expected)), queued_ms()
        self.late.append(late)
        self.own.append(max(0.0, late - (queued - self._queued)))
        self._queued = queued
        self.turns.append(1000 * (cpu - self._cpu))
        self._cpu = cpu
        value = self._bar.value() + self._step
        if not 0 <= value <= self._bar.maximum():
            self._step = -self._step
        self._bar.setValue(min(max(value, 0), self._bar.maximum()))
        self._expected = time.perf_counter() + TICK_MS / 1000


def queued_ms() -> float:
    """Return how long this thread was ready and had no processor, where the system tells it."""
    told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(told.read_text().split()[1]) / 1e6 if told.is_file() else 0.0


def figure(name: str, values: list[float]) -> Figure:
    """Sum up values in ms."""
    found = np.array(values)
    return Figure(name, float(np.median(found)), float(np.percentile(found, 95)), float(found.max()), TARGET)


def made_campaign(path: Path, photos: int) -> Campaign:
    """Return a campaign with so many photos, made of the demo's by other names, with kept thumbnails."""
    campaign = Campaign.create(path, "measured", name="Measured")
    reader, rng = shared_reader(), np.random.default_rng(0)
    files = sorted(resource("demo", "inventory").glob("*.jpg"))[:24]
    with campaign.transaction():
        for start, file in enumerate(files):
            portrait = reader.portrait(file)
            face = portrait.face
            first = StoredPhoto(
                file.name, "inventory", None, file.read_bytes(), portrait.rgb.shape[1], portrait.rgb.shape[0],
                face.box, face.points, face.score, face.box[1], face.embedding, face.model,
            )  # fmt: skip
            campaign.add_photo(first)
            small = thumbnails(campaign, [file.name])[file.name]
            made = {}
            for number in range(start, photos - len(files), len(files)):
                key = f"made{number:05d}.jpg"
                near = face.embedding + rng.normal(0, 0.03, 512).astype(np.float32)
                campaign.add_photo(replace(first, key=key, embedding=near / np.linalg.norm(near), jpeg=small))
                made[key] = small
            campaign.inventory.keep_thumbnails(made)
        for key in campaign.photo_keys("inventory"):
            low = float(rng.integers(18, 60))
            hair = tuple(float(value) for value in rng.uniform(5, 60, 3))
            campaign.inventory.set_appearance(key, Appearance((hair[0], hair[1], hair[2]), (low, low + 10)))
    return campaign


def write_photos(folder: Path, count: int, seed: int) -> None:
    """Write so many photos of a megapixel, all different."""
    rng = np.random.default_rng(seed)
    files = sorted(resource("demo", "inventory").glob("*.jpg"))
    for number in range(count):
        rgb = Image.fromarray(decode_photo(files[number % len(files)])).resize((1000, 1000))
        pixels = np.asarray(rgb, np.int16) + rng.integers(-20, 20)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / f"photo{number:05d}.jpg", quality=88)


def spin(seconds: float, is_over: object = None) -> None:
    """Let the event loop run for a time, or until something is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (callable(is_over) and is_over()):
        QApplication.processEvents()
        time.sleep(0.0005)


def measure(photos: int, embedded: int) -> list[Figure]:
    """Measure everything."""
    application = make_application(Settings())
    with tempfile.TemporaryDirectory() as folder:
        campaign = made_campaign(Path(folder) / "measured.semblance", photos)
        jobs = JobQueue()
        page = FacesPage(jobs)
        page.resize(1232, 852)
        page.show()
        results: CampaignResults = read_results(campaign)
        page.set_campaign(campaign, results)
        spin(60, lambda: page.data is not None)
        figures = _waited(page)
        figures += _scrolled(page, "10,000 thumbnails scrolled" if photos == 10_000 else "thumbnails scrolled", 0)
        for name, scrolls in (("looked at", False), ("scrolled", True)):
            source = Path(folder) / name
            source.mkdir()
            write_photos(source, embedded // 2, seed=int(scrolls))
            jobs.start(photo_import_job(campaign, [source]))
            told = f"{name} while {embedded // 2:,} photos are embedded"
            figures += _scrolled(page, told, 600, lambda: not jobs.is_busy, step=240 if scrolls else 0)
        figures.append(_ranked(page, campaign))
        page.set_campaign(None, None)
        spin(5, lambda: not any(queue.is_busy for queue in page.findChildren(JobQueue)))
        campaign.close()
        application.processEvents()
    return figures


def _waited(page: FacesPage) -> list[Figure]:
    """Measure the delay of a page on which nothing happens: what the machine itself adds."""
    delay = Delay(page, step=0)
    delay.start()
    spin(SCROLL_SECONDS / 2)
    delay.stop()
    return [figure("Delay, nothing to do", delay.late)]


def _scrolled(page: FacesPage, name: str, seconds: float, is_over: object = None, step: int = 240) -> list[Figure]:
    delay = Delay(page, step)
    delay.start()
    spin(seconds or SCROLL_SECONDS, is_over)
    delay.stop()
    return [
        figure(f"Delay, {name}", delay.late),
        figure(f"- but for other programs, {name}", delay.own),
        figure(f"CPU of a turn, {name}", delay.turns),
    ]


def _ranked(page: FacesPage, campaign: Campaign) -> Figure:
    """Measure a slider's move up to the words on the page; the probe is an inventory photo."""
    from gui.customer_faces import CustomerFaces

    assert page.data is not None
    look = page.data.matcher.faces.only(np.array([0]))
    page._probe = Probe(CustomerFaces("000001", None, None, ()), look)
    took = []
    for value in range(20, 50):
        began = time.thread_time()
        page.weights.sliders[1].setValue(value)
        took.append(1000 * (time.thread_time() - began))
    return replace(figure(f"Rank {len(page.data.photos):,} photos again (CPU)", took), target=50.0)


def main(arguments: list[str]) -> None:
    """Measure and say it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser(prog="dev.py bench photo_grid", description=__doc__)
    parser.add_argument("--photos", type=int, default=10_000, metavar="N")
    parser.add_argument("--embedded", type=int, default=2_000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    chosen = parser.parse_args(arguments)
    figures = measure(chosen.photos, chosen.embedded)
    print(f"{'ms':66}{'median':>8}{'p95':>8}{'largest':>9}{'target':>8}   on {date.today()}")
    for each in figures:
        print(f"{each.name:66}{each.median:8.2f}{each.p95:8.2f}{each.largest:9.2f}{each.target:8.0f}")
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in figures], indent=2) + "\n", encoding="utf-8")
