from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign
from engine.campaign_inputs import CampaignInputs
from engine.errors import ModelError
from engine.faces import (
    FaceReader,
    Gallery,
    KeptFace,
    NewEmbedding,
    decode_photo,
    embedder_sha256,
    encode_photo,
    facenet_sha256,
    is_prepared,
    load_embedder,
    reembed,
)
from engine.faces import embedder as embedder_module
from engine.faces.facenet import FILE_NAME, FaceNet, facenet_onnx
from engine.inventory.network import embedder_of, keep_embedder, network_sha256, reader_of
from engine.job import JobCancelled, JobContext
from engine.logs import ImportPlan
from engine.made_from import MadeFrom, keep_origin, kept_origin
from engine.resources import ROOT, cache_dir, sha256_of

HOSTILE = b"cos\nsystem\n(S'touch owned'\ntR."


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that holds FaceNet as it came, and nothing else."""
    folder = tmp_path / "cache"
    folder.mkdir()
    facenet_onnx()
    for file in cache_dir().glob(f"{FILE_NAME}*"):
        os.link(file, folder / file.name)
    monkeypatch.setenv("SEMBLANCE_CACHE", str(folder))
    return folder


def trusted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file of the test stand for the published one."""
    pinned = replace(embedder_module.WEIGHTS["facenet-vggface2"], sha256=sha256_of(path))
    monkeypatch.setitem(embedder_module.WEIGHTS, "facenet-vggface2", pinned)


def test_the_default_is_facenet_on_casia():
    assert embedder_sha256() == embedder_sha256("facenet-casia") == facenet_sha256()
    assert embedder_sha256("facenet-vggface2") != facenet_sha256()
    assert load_embedder().sha256 == facenet_sha256()


def test_a_network_nobody_knows_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match=r"no network 'arcface'\. Choose one of facenet-casia, facenet-vggface2\.$"):
        load_embedder("arcface")


def test_without_its_weights_the_other_network_says_which_file_it_needs(cache: Path, tmp_path: Path):
    assert not is_prepared("facenet-vggface2")
    with pytest.raises(ModelError, match=r"Name the file 20180402-114759-vggface2\.pt"):
        load_embedder("facenet-vggface2")
    with pytest.raises(ModelError, match="are not there"):
        load_embedder("facenet-vggface2", tmp_path / "gone.pt")


def test_weights_that_are_not_the_published_ones_are_not_even_opened(cache: Path, tmp_path: Path):
    weights = tmp_path / "20180402-114759-vggface2.pt"
    weights.write_bytes(HOSTILE)
    with pytest.raises(ModelError, match=r"its SHA-256 differs\)\. Download it anew\.$"):
        load_embedder("facenet-vggface2", weights)
    assert not list(cache.glob("*vggface2*"))


def test_a_pickle_is_unpacked_as_tensors_alone(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    weights = tmp_path / "weights.pt"
    weights.write_bytes(HOSTILE)
    trusted(weights, monkeypatch)
    with pytest.raises(ModelError, match=r"weights\.pt does not fit FaceNet's network"):
        load_embedder("facenet-vggface2", weights)
    assert not (ROOT / "owned").exists()
    assert not list(cache.glob("*vggface2*"))


def test_weights_of_a_file_are_converted_once_and_kept_apart_from_the_default(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: FaceReader, neutral: Gallery, of_torch: Path
):
    weights = tmp_path / "20180402-114759-vggface2.pt"
    os.link(of_torch / "weights.pt", weights)
    trusted(weights, monkeypatch)
    other = load_embedder("facenet-vggface2", weights)
    assert is_prepared("facenet-vggface2")
    weights.unlink()
    assert load_embedder("facenet-vggface2").sha256 == other.sha256 == embedder_sha256("facenet-vggface2")
    crop = reader.portrait(neutral.photos[0].path).face.crop
    answer = other.embed([crop])[0]
    assert np.roll(reader.facenet.embed([crop])[0], 1) == pytest.approx(answer, abs=1e-5)
    with pytest.raises(ModelError, match="read by another version"):
        neutral.search(answer, model=other.sha256)
    with Campaign.create(tmp_path / "a.semblance", "demo", name="A", is_demo=True) as campaign:
        keep_embedder(campaign, "facenet-vggface2")
        by_campaign = reader_of(campaign)
        assert by_campaign.facenet.sha256 == other.sha256
        assert by_campaign.portrait(neutral.photos[0].path).face.embedding == pytest.approx(answer, abs=1e-4)


def test_a_campaign_keeps_the_name_of_its_network_and_where_its_weights_lie(cache: Path, tmp_path: Path):
    inputs = CampaignInputs(
        ImportPlan(()), tmp_path, tmp_path, embedder="facenet-vggface2", embedder_file=tmp_path / "weights.pt"
    )
    with Campaign.create(tmp_path / "a.semblance", "demo", name="A", is_demo=True) as campaign:
        assert (embedder_of(campaign), network_sha256(campaign)) == ("facenet-casia", facenet_sha256())
        with pytest.raises(ModelError, match="no network 'arcface'"):
            keep_embedder(campaign, "arcface")
        keep_embedder(campaign, inputs.embedder)
        keep_origin(campaign, MadeFrom(inputs, 0))
        campaign.close()
    with Campaign.open(tmp_path / "a.semblance", "demo") as campaign:
        assert network_sha256(campaign) == embedder_sha256("facenet-vggface2")
        assert kept_origin(campaign).inputs == inputs
        with pytest.raises(ModelError, match=r"2018.*vggface2\.pt of facenet-pytorch behind --embedder-file"):
            reader_of(campaign)


@pytest.fixture
def kept(reader: FaceReader, neutral: Gallery) -> dict[str, KeptFace]:
    """Seven stored pictures of an older network."""
    pictures = {}
    for entry in neutral.photos[:7]:
        rgb = decode_photo(entry.path)
        pictures[entry.name] = KeptFace(encode_photo(rgb), entry.face, "of an older network")
    return pictures


def test_stored_pictures_are_embedded_anew_in_batches(kept: dict[str, KeptFace], neutral: Gallery):
    facenet = FaceNet(facenet_onnx(), sha256="f" * 64)
    batches: list[list[NewEmbedding]] = []
    fractions: list[float] = []
    context = JobContext(lambda fraction, _message: fractions.append(fraction))
    assert reembed(list(kept), kept.get, lambda batch: batches.append(list(batch)), facenet, context) == 7
    assert [len(batch) for batch in batches] == [4, 3]
    for new in (new for batch in batches for new in batch):
        assert new.model == "f" * 64
        assert float(new.embedding @ neutral.embeddings[neutral.names.index(new.key)]) > 0.98
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_embedding_anew_goes_on_where_it_was_cancelled(kept: dict[str, KeptFace], reader: FaceReader):
    done: dict[str, str] = {}

    def read(key: str) -> KeptFace | None:
        return replace(kept[key], model=done.get(key, kept[key].model))

    def keep(batch) -> None:
        done.update({new.key: new.model for new in batch})
        context.cancel()

    context = JobContext()
    with pytest.raises(JobCancelled):
        reembed(list(kept), read, keep, reader.facenet, context)
    assert len(done) == 4
    context = JobContext()
    assert reembed(list(kept), read, keep, reader.facenet, JobContext()) == 3
    assert len(done) == 7
    assert reembed(list(kept), read, keep, reader.facenet, JobContext()) == 0


def test_a_picture_that_may_not_be_used_any_more_is_passed_over(kept: dict[str, KeptFace], reader: FaceReader):
    gone = next(iter(kept))
    found: list[str] = []
    read = {key: None if key == gone else face for key, face in list(kept.items())[:3]}
    assert reembed(list(read), read.get, lambda batch: found.extend(new.key for new in batch), reader.facenet) == 2
    assert gone not in found
