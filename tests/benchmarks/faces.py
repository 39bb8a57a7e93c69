"""Measures faces: python dev.py bench faces [--json F] [--photos N] [--without-torch].

CPU time is that of this process with all its threads. Figures only; nothing here can fail.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine.campaign import Campaign
from engine.faces import (
    FaceReader,
    LikenessScale,
    age_range,
    decode_photo,
    facenet_sha256,
    hair_colour,
    landmarks,
    photo_quality,
)
from engine.faces.crop import crop_face, network_input
from engine.faces.facenet import FaceNet, facenet_onnx
from engine.inventory import Looks, MatchWeights, import_photos, rank
from engine.inventory.ranking import Scored
from engine.job import JobContext
from engine.passphrase import DEMO_PASSPHRASE
from engine.resources import resource

ROOT = Path(__file__).resolve().parent.parent.parent
PHOTOS = 2_000
NEAREST = 5
SEARCHES = ((100_000, 1), (1_000_000, 1), (1_000_000, 64))
AGAINST_TORCH = """
import sys, time, numpy, torch
from engine.faces.convert import load_network
from engine.faces.facenet import FaceNet, facenet_onnx
torch.set_num_threads(1)
network, session = load_network(), FaceNet(facenet_onnx(), 1).session
crops, times = numpy.zeros((1, 3, 160, 160), numpy.float32), ([], [])
with torch.no_grad():
    works = (lambda: network(torch.from_numpy(crops)), lambda: session.run(None, {"crops": crops}))
    for _ in range(40):
        for work, taken in zip(works, times):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
print(*(sorted(taken)[20] * 1000 for taken in times))
"""


@dataclass(frozen=True)
class Figure:
    """One measured figure with its unit and, where there is one, the target it is held against."""

    name: str
    value: float
    unit: str
    target: str = ""


def cpu(work: Callable[[], object], times: int) -> float:
    """Return the least CPU ms of some repetitions: what it costs while nobody else takes a core's other half."""
    work()
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def phone_photo(width: int, height: int, seed: int = 0) -> bytes:
    """Make a JPEG of a demo person as a phone saves one: with grain, in quality 90."""
    people = sorted(resource("demo", "inventory").glob("*.jpg"))
    with Image.open(people[seed % len(people)]) as person:
        large = np.asarray(person.convert("RGB").resize((width, height), Image.Resampling.BICUBIC), np.int16)
    grain = np.random.default_rng(seed).normal(0, 5, (height, width, 1)).astype(np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def measure_photo(reader: FaceReader) -> list[Figure]:
    """Take photos of 12 and 2 million pixels to their embeddings, and the steps on the way."""
    figures = []
    for name, size, most in (("12 MP", (4000, 3000), 110), ("2 MP", (1632, 1224), 70)):
        data = phone_photo(*size)
        rgb = decode_photo(data)
        face = reader.detector.leading(rgb)[0]
        crop = crop_face(rgb, face)
        figures += [
            Figure(
                f"{name} ({len(data) / 1e6:.1f} MB): decode", cpu(lambda data=data: decode_photo(data), 15), "ms CPU"
            ),
            Figure(f"{name}: detect", cpu(lambda rgb=rgb: reader.detector.leading(rgb), 15), "ms CPU"),
            Figure(f"{name}: crop", cpu(lambda rgb=rgb, face=face: crop_face(rgb, face), 15), "ms CPU"),
            Figure(f"{name}: embed with mirror", cpu(lambda crop=crop: reader.facenet.embed([crop]), 15), "ms CPU"),
            Figure(
                f"{name}: photo to embedding", cpu(lambda data=data: reader.portrait(data), 15), "ms CPU", f"<= {most}"
            ),
        ]
    mesh = landmarks(rgb, face)
    for name, work in {
        "Landmarks and pose": lambda: landmarks(rgb, face),
        "Quality": lambda: photo_quality(rgb, face, mesh),
        "Hair colour": lambda: hair_colour(rgb, face, mesh),
        "Age": lambda: age_range(rgb, face, mesh),
    }.items():
        figures.append(Figure(name, cpu(work, 15), "ms CPU"))
    return figures


def sgemm_peak() -> float:
    """Return what one thread of this machine multiplies and adds per second in float32, in billions."""
    script = (
        "import time, numpy as np\n"
        "a = np.random.default_rng(0).random((1536, 1536), np.float32)\n"
        "best = 9.0\n"
        "for _ in range(30):\n"
        "    start = time.process_time(); a @ a; best = min(best, time.process_time() - start)\n"
        "print(1536**3 / best / 1e9)\n"
    )
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | one, capture_output=True, check=True)
    return float(done.stdout)


def multiplications(model: Path) -> int:
    """Count the multiplications of a network's convolutions and matrix products for one crop."""
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load(str(model))).graph
    shapes = {
        value.name: [size.dim_value or 1 for size in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.output)
    }
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += int(np.prod(shapes[node.output[0]]) * np.prod(weights[node.input[1]][1:]))
        elif node.op_type in ("Gemm", "MatMul"):
            total += int(np.prod(weights[node.input[1]]))
    return total


def measure_embedding(*, with_torch: bool) -> list[Figure]:
    """Run FaceNet alone on one thread: against torch, and against what the machine can multiply."""
    network = FaceNet(facenet_onnx(), 1)
    crops = network_input(list(np.random.default_rng(0).integers(0, 255, (8, 160, 160, 3), np.uint8)))
    session = network.session
    one = cpu(lambda: session.run(None, {"crops": crops[:1]}), 12)
    figures = [Figure("FaceNet, 1 crop, 1 thread", one, "ms CPU")]
    if with_torch:
        command = [sys.executable, "-c", AGAINST_TORCH]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        eager, beside = map(float, done.stdout.split())
        figures += [
            Figure("torch eager, 1 crop, 1 thread, by turns", eager, "ms CPU"),
            Figure("FaceNet against torch eager, by turns", eager / beside, "x", ">= 3"),
        ]
    eight = cpu(lambda: session.run(None, {"crops": crops}), 20)
    peak = sgemm_peak()
    reached = 8 * multiplications(facenet_onnx()) / (eight / 1000) / 1e9
    figures += [
        Figure("FaceNet, 8 crops, 1 thread", eight, "ms CPU"),
        Figure("sgemm, 1 thread", peak, "billion products/s"),
        Figure("FaceNet's share of it at 8 crops", 100 * reached / peak, "%", ">= 85"),
    ]
    return figures


def resident_megabytes() -> float:
    """Return the memory of this process, where the system tells it."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def measure_inventory(reader: FaceReader, count: int) -> list[Figure]:
    """Import a folder of photos of 1 million pixels, all different files, into a campaign."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "photos")
        folder.mkdir()
        made = [phone_photo(1000, 1000, seed) for seed in range(min(count, 54))]
        for index in range(count):
            (folder / f"{index:05d}.jpg").write_bytes(made[index % len(made)] + index.to_bytes(4, "big"))
        marks: list[float] = []
        context = JobContext(lambda _fraction, _message: marks.append(resident_megabytes()))
        with Campaign.create(Path(place, "bench.semblance"), DEMO_PASSPHRASE, name="Bench", is_demo=True) as campaign:
            start, used = time.perf_counter(), time.process_time()
            report = import_photos(campaign, [folder], context, reader=reader)
            seconds, used = time.perf_counter() - start, time.process_time() - used
    tenth = max(1, len(marks) // 10)
    return [
        Figure(f"Inventory of {count:,} photos of 1 MP", len(report.added) / seconds, "photos/s", ">= 20"),
        Figure("Inventory: each photo", used * 1000 / count, "ms CPU"),
        Figure("Inventory: memory, last tenth over the second", marks[-1] - marks[2 * tenth - 1], "MB", "flat"),
    ]


def many_faces(count: int) -> Looks:
    """Make random faces; age and hair of each are known."""
    lot = np.random.default_rng(0)
    rows = lot.standard_normal((count, 512), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ages, hair = lot.uniform(18, 70, count), lot.uniform(0, 60, (count, 3))
    keys = tuple(f"{index:07d}" for index in range(count))
    return Looks(keys, rows, ages.astype(np.float32), hair.astype(np.float32), (facenet_sha256(),) * count)


def best_of_many(probes: Looks, faces: Looks) -> list[np.ndarray]:
    """Rank the faces for many probes at once, as all customers are matched."""
    scored = Scored.of(probes, faces, MatchWeights(), LikenessScale())
    return [scored.best(row, NEAREST) for row in range(len(probes))]


def measure_search() -> list[Figure]:
    """Rank many random faces for one probe and for 64 at once; the pass over the embeddings alone is said beside it."""
    figures = []
    for count, probes in SEARCHES:
        faces = many_faces(count)
        some = faces.only(np.arange(probes))
        name = f"Search in {count:,} faces"
        if probes > 1:
            spent = cpu(lambda some=some, faces=faces: best_of_many(some, faces), 3) / probes
            figures.append(Figure(f"{name}, {probes} at once, each", spent, "ms CPU", "<= 30"))
            continue
        spent = cpu(lambda some=some, faces=faces: rank(some, faces, most=NEAREST), 10)
        alone = cpu(lambda some=some, faces=faces: some.embeddings @ faces.embeddings.T, 10)
        mixed = MatchWeights(0.6, 0.2, 0.2)
        weighed = cpu(lambda some=some, faces=faces, mixed=mixed: rank(some, faces, mixed, most=NEAREST), 10)
        figures += [
            Figure(name, spent, "ms CPU", f"<= {9 * count // 100_000}"),
            Figure(f"{name}: the cosines alone", alone, "ms CPU"),
            Figure(f"{name}, with age and hair", weighed, "ms CPU"),
        ]
    return figures


def _measure_preview() -> list[Figure]:
    from tests.benchmarks.preview import measure_preview  # which needs Qt

    return measure_preview()


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench faces", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    parser.add_argument("--photos", type=int, default=PHOTOS, metavar="N", help="size of the inventory")
    parser.add_argument("--without-torch", action="store_true", help="leave the comparison with torch out")
    parser.add_argument(
        "--only", choices=("photo", "embedding", "inventory", "search", "preview"), help="measure this alone"
    )
    chosen = parser.parse_args(arguments)
    reader = FaceReader.load()
    parts: dict[str, Callable[[], list[Figure]]] = {
        "photo": lambda: measure_photo(reader),
        "embedding": lambda: measure_embedding(with_torch=not chosen.without_torch),
        "inventory": lambda: measure_inventory(reader, chosen.photos),
        "search": measure_search,
        "preview": _measure_preview,
    }
    figures: list[Figure] = []
    for name, part in parts.items():
        if chosen.only in (None, name):
            for figure in part():
                print(f"{figure.name:52}{figure.value:10.2f} {figure.unit:26} {figure.target}", flush=True)
                figures.append(figure)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
