from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import InputError, ModelError
from engine.faces import FaceReader, Gallery, decode_photo, encode_photo, facenet_sha256
from engine.job import JobCancelled, JobContext
from tests.engine.faces.test_detector import pasted, resized


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def random_rows(count: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, 512)))


def person(name: str) -> str:
    return Path(name).stem.split("_")[0]


def test_all_78_people_find_themselves_first_in_both_directions(neutral: Gallery, smiling: Gallery):
    assert len(neutral) == len(smiling) == 78
    assert neutral.refused == smiling.refused == []
    for gallery, probes in ((neutral, smiling), (smiling, neutral)):
        for name, embedding in zip(probes.names, probes.embeddings, strict=True):
            assert person(gallery.search(embedding, 1)[0].photo) == person(name)


def test_two_photos_of_one_person_are_alike_and_strangers_are_not(neutral: Gallery, smiling: Gallery):
    rows = [smiling.embeddings[[person(name) for name in smiling.names].index(person(name))] for name in neutral.names]
    cosines = neutral.embeddings @ np.array(rows).T
    assert np.median(np.diag(cosines)) == pytest.approx(0.93, abs=0.02)
    assert np.median(cosines[~np.eye(78, dtype=bool)]) == pytest.approx(0.22, abs=0.03)


def test_of_all_pairs_those_of_one_person_are_told_from_the_others(neutral: Gallery, smiling: Gallery):
    rows = np.concatenate([neutral.embeddings, smiling.embeddings])
    people = np.array([person(name) for name in (*neutral.names, *smiling.names)])
    first, second = np.triu_indices(len(rows), 1)
    cosines = (rows @ rows.T)[first, second]
    is_same = people[first] == people[second]
    assert (len(cosines), is_same.sum()) == (156 * 155 // 2, 78)
    different = np.sort(cosines[~is_same])
    area_under_roc = np.searchsorted(different, cosines[is_same]).mean() / len(different)
    assert area_under_roc >= 0.999


def test_a_gallery_knows_where_its_photos_and_their_faces_are(neutral: Gallery, reader: FaceReader):
    assert [entry.name for entry in neutral.photos] == list(neutral.names) == sorted(neutral.names)
    entry = neutral.photos[40]
    assert entry.path.is_file()
    assert entry.path.as_posix().endswith(entry.name)
    assert (entry.width, entry.height) == (800, 800)
    face = reader.portrait(entry.path).face
    assert entry.face.box == face.box
    assert float(neutral.embeddings[40] @ face.embedding) > 0.99999


@pytest.fixture
def folder(tmp_path: Path, neutral: Gallery) -> Path:
    """A folder as people have them: subfolders, other files, hidden files, broken photos, photos without a face."""
    first, second, third = (entry.path for entry in neutral.photos[:3])
    (tmp_path / "spring" / "outdoor").mkdir(parents=True)
    shutil.copy(first, tmp_path / "spring" / "Anna.JPG")
    Image.open(second).save(tmp_path / "spring" / "outdoor" / "béla.png")
    Image.open(third).save(tmp_path / "a.webp")
    (tmp_path / "notes.txt").write_text("prices")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "._Anna.JPG").write_bytes(b"Mac OS X")
    (tmp_path / ".trash").mkdir()
    shutil.copy(first, tmp_path / ".trash" / "old.jpg")
    (tmp_path / "spring" / "broken.jpg").write_bytes(first.read_bytes()[:9000])
    Image.new("RGB", (300, 300), "white").save(tmp_path / "wall.png")
    return tmp_path


def test_a_folder_is_read_with_what_is_below_it(folder: Path, reader: FaceReader, neutral: Gallery):
    gallery = Gallery.from_folder(folder, reader=reader)
    assert gallery.names == ("a.webp", "spring/Anna.JPG", "spring/outdoor/béla.png")
    for name, index in (("a.webp", 2), ("spring/Anna.JPG", 0), ("spring/outdoor/béla.png", 1)):
        assert gallery.search(neutral.embeddings[index], 1)[0].photo == name
    assert [refused.path.name for refused in gallery.refused] == ["broken.jpg", "wall.png"]
    assert gallery.refused[0].reason.startswith("broken.jpg is damaged")
    assert gallery.refused[1].reason.startswith("wall.png shows no face.")


def test_of_several_faces_the_largest_central_one_counts(tmp_path: Path, reader: FaceReader, neutral: Gallery):
    small, large = (decode_photo(entry.path) for entry in neutral.photos[:2])
    scene = pasted(820, 1400, (resized(small, 0.5), 0, 200), (large, 420, 10))
    (tmp_path / "group.jpg").write_bytes(encode_photo(scene))
    gallery = Gallery.from_folder(tmp_path, reader=reader)
    assert float(gallery.embeddings[0] @ neutral.embeddings[1]) > 0.9


def test_a_folder_of_refused_photos_gives_an_empty_gallery(tmp_path: Path, reader: FaceReader):
    (tmp_path / "a.jpg").touch()
    gallery = Gallery.from_folder(tmp_path, reader=reader)
    assert len(gallery) == 0
    assert gallery.search(random_rows(1)[0], 5) == []
    assert [refused.path.name for refused in gallery.refused] == ["a.jpg"]


def test_a_folder_without_photos_is_named(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no picture here")
    with pytest.raises(InputError, match="holds no photos") as caught:
        Gallery.from_folder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(InputError, match="is not there"):
        Gallery.from_folder(tmp_path / "gone")


def test_progress_names_each_photo_and_ends_at_1(folder: Path, reader: FaceReader):
    seen: list[tuple[float, str]] = []
    Gallery.from_folder(folder, JobContext(lambda fraction, message: seen.append((fraction, message))), reader=reader)
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert seen[0] == (0.0, "Reading a.webp")
    assert seen[-1] == (1.0, "3 photos read")
    assert len(seen) == 6


def test_a_cancel_stops_the_reading_within_a_second(reader: FaceReader, neutral: Gallery):
    context = JobContext(lambda fraction, message: started.set())
    started, ended = threading.Event(), threading.Event()

    def work() -> None:
        with pytest.raises(JobCancelled):
            Gallery.from_folder(neutral.photos[0].path.parent, context, reader=reader)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(20)
    context.cancel()
    start = time.monotonic()
    assert ended.wait(20)
    assert time.monotonic() - start < 1.0
    thread.join()


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_the_search_is_exact(count: int, k: int, seed: int):
    rows = random_rows(count, seed)
    rows[count // 2 :] = rows[: count - count // 2]
    names = [f"{index:03d}" for index in np.random.default_rng(seed).permutation(count)]
    probe = random_rows(1, seed + 1)[0]
    found = Gallery(names, rows).search(probe, k)
    cosines = dict(zip(names, np.round(rows.astype(np.float64) @ probe, 5), strict=True))
    assert [match.rank for match in found] == list(range(1, min(k, count) + 1))
    assert [round(match.cosine, 5) for match in found] == pytest.approx(sorted(cosines.values())[::-1][:k], abs=2e-5)
    for match in found:
        assert match.cosine == pytest.approx(cosines[match.photo], abs=2e-5)


def test_equal_photos_come_in_the_order_of_their_names():
    rows = np.repeat(random_rows(1), 300, axis=0)
    rows[250] = random_rows(1, 9)[0]
    names = [f"{(index * 7) % 300:03d}" for index in range(300)]
    others = sorted(name for name in names if name != names[250])
    found = Gallery(names, rows).search(rows[0], 300)
    assert [match.photo for match in found] == [*others, names[250]]
    assert [match.photo for match in Gallery(names, rows).search(rows[0], 3)] == others[:3]


def test_more_than_there_are_gives_all():
    gallery = Gallery(["b", "a"], random_rows(2))
    assert len(gallery.search(random_rows(1)[0], 50)) == 2
    assert gallery.search(random_rows(1)[0], 0) == []


def test_the_nearest_to_itself_has_a_cosine_of_one():
    rows = random_rows(500)
    match = Gallery([str(index) for index in range(500)], rows).search(rows[123], 1)[0]
    assert (match.photo, match.rank, match.cosine) == ("123", 1, pytest.approx(1.0, abs=1e-6))


def test_what_is_not_an_embedding_is_refused():
    gallery = Gallery(["a"], random_rows(1))
    for wrong in (
        np.zeros(128, np.float32),
        random_rows(2),
        np.zeros(512),
        np.full(512, np.nan),
        random_rows(1)[0] * 2,
    ):
        with pytest.raises(ValueError):
            gallery.search(wrong, 1)
    for names, rows in ((["a", "b"], random_rows(1)), (["a", "a"], random_rows(2)), (["a"], np.ones((1, 512)))):
        with pytest.raises(ValueError):
            Gallery(names, rows)


def test_embeddings_of_another_model_are_never_compared():
    ours, theirs = Gallery(["a"], random_rows(1)), Gallery(["a"], random_rows(1), model="0" * 64)
    assert ours.model == facenet_sha256()
    with pytest.raises(ModelError, match="another version of FaceNet"):
        theirs.search(random_rows(1)[0], 1)
    with pytest.raises(ModelError):
        ours.search(random_rows(1)[0], 1, model="0" * 64)
    assert theirs.search(random_rows(1)[0], 1, model="0" * 64)[0].photo == "a"
