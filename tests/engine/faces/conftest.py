"""The demo people, read once for all tests of faces, and for all workers of a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.faces import Detection, FaceReader, Gallery, GalleryPhoto, decode_photo
from engine.faces.crop import crop_face, network_input
from engine.faces.reader import shared_reader
from engine.resources import ROOT, resource
from tests.conftest import made_once

OF_TORCH = """
import sys
import numpy, torch
from engine.faces.convert import load_network
folder = sys.argv[1]
network = load_network()
with torch.no_grad():
    numpy.save(folder + "/answers.npy", network(torch.from_numpy(numpy.load(folder + "/crops.npy"))).numpy())
assert not any(name.startswith(("PySide6", "torchvision")) for name in sys.modules)
state = network.state_dict()
state["last_linear.weight"] = state["last_linear.weight"].roll(1, 0)
for part in ("weight", "bias", "running_mean", "running_var"):
    state["last_bn." + part] = state["last_bn." + part].roll(1, 0)
for name in [name for name in state if name.endswith(".conv.weight")]:  # a norm that does something, as theirs do
    norm = name.removesuffix("conv.weight") + "bn."
    state[name] = state[name] * 2
    state[norm + "running_var"] = (state[norm + "running_var"] + 1e-3) * 9 - 1e-3
    state[norm + "weight"] = state[norm + "weight"] * 1.5
    state[norm + "running_mean"] = state[norm + "running_mean"] + 1
    state[norm + "bias"] = state[norm + "bias"] + 0.5
torch.save(state | {"logits.weight": torch.zeros(8631, 512), "logits.bias": torch.zeros(8631)}, folder + "/weights.pt")
"""
SMILING = Path(__file__).resolve().parents[2] / "data" / "people"


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    return shared_reader()


def _write(gallery: Gallery, file: Path) -> None:
    faces = [photo.face for photo in gallery.photos]
    assert [photo.name for photo in gallery.photos] == list(gallery.names)
    np.savez(
        file,
        names=gallery.names,
        paths=[str(photo.path) for photo in gallery.photos],
        sizes=[(photo.width, photo.height) for photo in gallery.photos],
        boxes=[face.box for face in faces],
        points=[face.points for face in faces],
        scores=[face.score for face in faces],
        embeddings=gallery.embeddings,
    )


def _read(file: Path) -> Gallery:
    with np.load(file) as kept:
        columns = {name: kept[name] for name in kept.files}
    names = [str(name) for name in columns["names"]]
    photos = [
        GalleryPhoto(
            name,
            Path(str(columns["paths"][at])),
            *map(int, columns["sizes"][at]),
            Detection(tuple(map(float, columns["boxes"][at])), columns["points"][at], float(columns["scores"][at])),
        )
        for at, name in enumerate(names)
    ]
    return Gallery(names, columns["embeddings"], photos=photos)


@pytest.fixture(scope="session")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The demo's 78 people, inventory and customers, with a neutral face."""

    def make(folder: Path) -> None:
        for part in ("inventory", "customers"):
            shutil.copytree(resource("demo", part), folder / "people" / part)
        _write(Gallery.from_folder(folder / "people", reader=shared_reader()), folder / "gallery.npz")

    return _read(made_once(tmp_path_factory, "neutral", make) / "gallery.npz")


@pytest.fixture(scope="session")
def smiling(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The same people, smiling."""

    def make(folder: Path) -> None:
        _write(Gallery.from_folder(SMILING, reader=shared_reader()), folder / "gallery.npz")

    return _read(made_once(tmp_path_factory, "smiling", make) / "gallery.npz")


@pytest.fixture(scope="session")
def photo() -> Path:
    """One person's portrait, 800 x 800."""
    return sorted(resource("demo", "inventory").glob("*.jpg"))[0]


@pytest.fixture(scope="session")
def crops(neutral: Gallery) -> np.ndarray:
    """A real face and a picture of noise, as the network wants them: (2, 3, 160, 160)."""
    faces = [crop_face(decode_photo(entry.path), entry.face) for entry in neutral.photos[:1]]
    return network_input([*faces, np.random.default_rng(0).integers(0, 255, (160, 160, 3), np.uint8)])


@pytest.fixture(scope="session")
def of_torch(crops: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What torch's network answers to the crops, and its weights, rolled by one place, in facenet-pytorch's format."""

    def make(folder: Path) -> None:
        np.save(folder / "crops.npy", crops)
        subprocess.run([sys.executable, "-c", OF_TORCH, str(folder)], cwd=ROOT, check=True)

    return made_once(tmp_path_factory, "of-torch", make)
