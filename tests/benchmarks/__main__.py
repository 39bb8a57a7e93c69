"""Measures the program: python dev.py bench [--json F] [--customers N], or bench faces, logs, social, teaching ….

Figures only; nothing here can fail.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from engine.ads import encode_jpeg, ensure_application
from engine.campaign import Campaign
from engine.campaign_inputs import DemoInputs
from engine.command_line import DEMO_CUSTOMERS
from engine.creative import SIZES, CreativeStudio
from engine.faces import FaceReader, Gallery, decode_photo, facenet_sha256
from engine.faces.crop import crop_face
from engine.passphrase import DEMO_PASSPHRASE
from engine.pipeline import build_campaign
from engine.progress_bars import ProgressBars
from engine.resources import resource
from engine.stages import Stages

ROOT = Path(__file__).resolve().parent.parent.parent
MANY_FACES = 100_000
PARTS = (
    "faces",
    "logs",
    "social",
    "features",
    "uplift",
    "table",
    "teaching",
)  # modules beside this one: dev.py bench logs
WINDOW = """
import time, sys
start = time.perf_counter()
from gui.application import make_application
from gui.settings import Settings
from gui.main_window import MainWindow
settings = Settings()
application = make_application(settings)
window = MainWindow(settings)
window.show()
application.processEvents()
window.grab()
print((time.perf_counter() - start) * 1000)
"""


@dataclass(frozen=True)
class Figure:
    """One measured figure: wall and CPU time of it, in the unit."""

    name: str
    wall: float
    cpu: float
    unit: str


def repeated(name: str, work: Callable[[], object], times: int) -> Figure:
    """Measure the mean of some repetitions in ms, after one that does not count."""
    work()
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    return Figure(name, wall * 1000 / times, used * 1000 / times, "ms")


def measure_campaign(path: Path, customers: int) -> list[Figure]:
    """Run the demo campaign; seconds per stage."""
    with ProgressBars() as bars:
        stages = Stages(bars)
        build_campaign(DemoInputs(customers), path, DEMO_PASSPHRASE, seed=0, stages=stages)
    figures = [Figure(name, stages.seconds[name], stages.cpu_seconds[name], "s") for name in stages.seconds]
    total = Figure("Demo campaign", sum(f.wall for f in figures), sum(f.cpu for f in figures), "s")
    return [*figures, total]


def measure_photos() -> list[Figure]:
    """Take a demo photo (800 x 800) through its steps."""
    photo = sorted(resource("demo", "inventory").glob("*.jpg"))[0]
    reader = FaceReader.load()
    rgb = decode_photo(photo)
    face = reader.detector.detect(rgb)[0]
    crop = crop_face(rgb, face)
    return [
        repeated("Photo: decode", lambda: decode_photo(photo), 20),
        repeated("Photo: detect", lambda: reader.detector.detect(rgb), 20),
        repeated("Photo: crop", lambda: crop_face(rgb, face), 50),
        repeated("Photo: embed with mirror", lambda: reader.facenet.embed([crop]), 20),
        repeated("Photo: embed with mirror, 8 at once (all 8)", lambda: reader.facenet.embed([crop] * 8), 5),
    ]


def measure_search() -> Figure:
    """Search the nearest five of many random faces."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((MANY_FACES, 512), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    gallery = Gallery([f"{i:06d}" for i in range(MANY_FACES)], rows, model=facenet_sha256())
    return repeated(f"Search in {MANY_FACES:,} faces", lambda: gallery.search(rows[0], 5), 20)


def measure_ads(path: Path) -> list[Figure]:
    """Compose and encode the first customer's ad in each size."""
    ensure_application()
    with Campaign.open(path, DEMO_PASSPHRASE) as campaign:
        studio = CreativeStudio(campaign)
        creative = studio.creative(studio.customers()[0])
        return [
            repeated(
                f"Ad {size}, JPEG to JPEG", lambda size=size: encode_jpeg(studio.compose(creative, size).image), 20
            )
            for size in SIZES
        ]


def measure_window() -> Figure:
    """Start the window, offscreen, in processes of their own; the median of five."""
    walls = []
    for _ in range(6):
        done = subprocess.run([sys.executable, "-c", WINDOW], cwd=ROOT, capture_output=True, text=True, check=True)
        walls.append(float(done.stdout))
    middle = sorted(walls[1:])[2]
    return Figure("Window up", middle, float("nan"), "ms")


def machine() -> dict[str, str | int]:
    """Describe what this was measured on."""
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    return {"processor": name, "cores": os.cpu_count() or 0, "system": platform.platform(terse=True),
            "python": platform.python_version()}  # fmt: skip


def main() -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=DEMO_CUSTOMERS, metavar="N", help="size of the demo campaign")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "campaign.semblance")
        figures = measure_campaign(path, chosen.customers)
        figures += measure_ads(path)
    figures += [*measure_photos(), measure_search(), measure_window()]
    print(f"{'':44}{'wall':>10}{'CPU':>10}")
    for figure in figures:
        print(f"{figure.name:44}{figure.wall:10.2f}{figure.cpu:10.2f} {figure.unit}")
    if chosen.json:
        report = {"machine": machine(), "customers": chosen.customers, "figures": [asdict(f) for f in figures]}
        chosen.json.write_text(json.dumps(report, indent=2).replace("NaN", "null") + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        importlib.import_module(f"tests.benchmarks.{sys.argv[1]}").main(sys.argv[2:])
    else:
        main()
