"""The inventory is read once, piece by piece, and never twice."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.campaign import Appearance, Campaign, Judgement, PhotoRights
from engine.errors import InputError
from engine.faces import FaceReader
from engine.inventory import Copy, import_photos, importing, set_rights, thumbnails
from engine.job import JobCancelled, JobContext
from tests.engine.campaign.conftest import fake_photo
from tests.engine.inventory.conftest import PEOPLE

Put = Callable[[str, int], Path]


def contents(campaign: Campaign) -> dict[str, tuple[str, bytes]]:
    """Return each photo's digest and embedding by its key."""
    keys, embeddings, _ = campaign.inventory.embeddings()
    digests = {file.photo: file.digest for file in campaign.inventory.files() if Path(file.path).exists()}
    return {key: (digests.get(key, ""), row.tobytes()) for key, row in zip(keys, embeddings, strict=True)}


def whole(campaign: Campaign) -> tuple[object, ...]:
    keys = campaign.photo_keys("inventory")
    return (
        contents(campaign), campaign.inventory.files(), campaign.inventory.appearances(),
        campaign.inventory.thumbnails(keys), [campaign.photo(key).jpeg for key in keys],
    )  # fmt: skip


def test_folders_are_read_whole_and_a_second_time_nothing_is_opened(
    empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder, other = tmp_path / "photos", tmp_path / "other"
    for number, name in enumerate(("a.jpg", "deep/er/b.jpg", "c.JPG", ".hidden/d.jpg")):
        put(name, number)
    put("deep/copy of a.jpg", 0)
    put("notes.txt", 0)
    other.mkdir()
    with Image.open(PEOPLE[2]) as picture:
        picture.save(other / "c again.jpg", quality=70)
    put("../other/a.jpg", 3)
    Image.new("RGB", (300, 300), "teal").save(other / "empty.png")
    (other / "broken.jpg").write_bytes(b"\xff\xd8\xff" + b"nothing" * 9)
    told: list[str] = []
    found = import_photos(
        empty, [folder, other, folder / "deep"], JobContext(lambda fraction, words: told.append(words)), reader=reader
    )
    assert found.added == ("a.jpg", "c.JPG", "deep/er/b.jpg", "other/a.jpg", "c again.jpg")
    assert found.copies == (Copy(folder / "deep" / "copy of a.jpg", "a.jpg"),)
    (near,) = found.near_copies
    assert {near.photo, near.other} == {"c.JPG", "c again.jpg"}
    assert near.cosine > 0.99
    assert sorted(refused.path.name for refused in found.refused) == ["broken.jpg", "empty.png"]
    assert "shows no face" in next(one.reason for one in found.refused if one.path.name == "empty.png")
    assert "Reading a.jpg" in told[0]
    assert all(
        appearance.hair is not None and appearance.age is not None
        for appearance in empty.inventory.appearances().values()
    )
    assert empty.photo_keys("inventory") == tuple(sorted(found.added))
    with Image.open(io.BytesIO(thumbnails(empty, ["a.jpg"])["a.jpg"])) as small:
        assert small.size == (192, 192)
    before = whole(empty)
    monkeypatch.setattr(importing, "read_file", None)
    again = import_photos(empty, [other, folder])
    assert (again.added, again.changed, again.moved, again.unchanged, again.gone) == ((), (), (), 6, ())
    assert again.refused == found.refused
    assert whole(empty) == before


def test_whatever_happens_to_the_files_the_inventory_follows(
    empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path
):
    folder, chance = tmp_path / "photos", random.Random(4)
    names = [f"{'sub/' * (number % 2)}{number}.jpg" for number in range(6)]
    put("stays.jpg", 20)
    for person in range(8):
        name, known = chance.choice(names), [path for path in folder.rglob("*.jpg") if path.name != "stays.jpg"]
        does = chance.choice(["put", "put", "move", "remove", "touch"]) if known else "put"
        if does == "put":
            put(name, person)
        elif does == "move" and not (folder / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            chance.choice(known).rename(folder / name)
        elif does == "remove":
            chance.choice(known).unlink()
        else:
            os.utime(chance.choice(known), ns=(person, person))
        found = import_photos(empty, [folder], reader=reader)
        empty.inventory.remove(found.gone)
    with Campaign.create(tmp_path / "once.semblance", "demo", name="Spring", is_demo=True) as once:
        import_photos(once, [folder], reader=reader)
        assert sorted(contents(once).values()) == sorted(contents(empty).values())
        assert len(contents(once)) > 2
        assert not import_photos(once, [folder]).photos_per_second


def test_what_a_person_said_of_a_photo_stays_when_it_is_moved_and_goes_when_it_is_another(
    empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path
):
    path, folder = put("a.jpg", 0), tmp_path / "photos"
    import_photos(empty, [folder], reader=reader)
    by_hand = Appearance((50.0, 5.0, 20.0), (40.0, 45.0), True, True)
    empty.inventory.set_appearance("a.jpg", by_hand)
    path.rename(folder / "b.jpg")
    assert import_photos(empty, [folder], reader=reader).moved == ("a.jpg",)
    assert empty.inventory.appearances() == {"a.jpg": by_hand}
    set_rights(empty, ["a.jpg"], PhotoRights("", "yes", ("HU",), tags=("beach",)))
    empty.inventory.ban("1", "a.jpg")
    for probe, a, b in (("customer:1", "a.jpg", "c"), ("a.jpg", "c", "d"), ("c", "d", "e")):
        empty.judgements.add(Judgement(0, probe, None, a, b, "a", datetime.now(UTC)))
    put("b.jpg", 1)
    found = import_photos(empty, [folder], reader=reader)
    assert (found.changed, found.forgotten) == (("a.jpg",), ("a.jpg",))
    assert empty.inventory.rights()["a.jpg"] == PhotoRights("a.jpg", "unknown", ("HU",))
    assert empty.inventory.bans("1") == frozenset()
    assert [each.probe for each in empty.judgements.all()] == ["c"]
    assert empty.events()[-1].text.endswith("are forgotten of a.jpg")
    assert not empty.inventory.appearances()["a.jpg"].hair_by_hand
    (folder / "b.jpg").write_bytes(b"gone bad")
    found = import_photos(empty, [folder], reader=reader)
    assert len(found.refused) == 1
    assert empty.photo_keys("inventory") == ("a.jpg",), "what was read of the file before is not lost"


def test_photos_from_before_files_were_noted_are_known_again_by_their_faces(
    empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path
):
    put("a.jpg", 0), put("b.jpg", 1)
    import_photos(empty, [tmp_path / "photos"], reader=reader)
    empty.inventory.forget_files([file.path for file in empty.inventory.files()])
    other = fake_photo("b.jpg")
    empty.add_photo(other)
    found = import_photos(empty, [tmp_path / "photos"], reader=reader)
    assert found.added == ("photos/b.jpg",)
    assert empty.photo_keys("inventory") == ("a.jpg", "b.jpg", "photos/b.jpg")
    assert np.array_equal(empty.photo("b.jpg").embedding, other.embedding)


def test_a_cancel_keeps_what_was_done(
    empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(5):
        put(f"{number}.jpg", number)
    monkeypatch.setattr(importing, "BATCH", 2)
    context = JobContext(lambda fraction, words: context.cancel() if "2.jpg" in words else None)
    with pytest.raises(JobCancelled):
        import_photos(empty, [tmp_path / "photos"], context, reader=reader)
    assert empty.photo_keys("inventory") == ("0.jpg", "1.jpg")
    found = import_photos(empty, [tmp_path / "photos"], reader=reader)
    assert (found.unchanged, found.added) == (2, ("2.jpg", "3.jpg", "4.jpg"))


READER = """
import sys
from pathlib import Path
from engine.campaign import Campaign
from engine.inventory import importing
from engine.job import JobContext
importing.BATCH = 3
campaign = Campaign.open(Path(sys.argv[1]), "demo")
importing.import_photos(campaign, [Path(sys.argv[2])], JobContext(lambda fraction, words: print(words, flush=True)))
"""


def test_after_a_kill_the_import_goes_on_where_it_was(put: Put, reader: FaceReader, tmp_path: Path):
    for number in range(9):
        put(f"{number:02d}.jpg", number)
    path, folder = tmp_path / "killed.semblance", tmp_path / "photos"
    Campaign.create(path, "demo", name="Spring", is_demo=True).close()
    command = [sys.executable, "-c", READER, str(path), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = next(line for line in child.stdout if line.startswith("Reading 06.jpg"))
        child.kill()
    assert seen
    with Campaign.open(path, "demo") as campaign:
        campaign.check()
        kept = len(campaign.inventory.files())
        assert kept in (6, 9), "all but the batch that was being read, if the kill did not come late"
        found = import_photos(campaign, [folder], reader=reader)
        assert (found.unchanged, len(found.added)) == (kept, 9 - kept)
        assert campaign.photo_keys("inventory") == tuple(f"{number:02d}.jpg" for number in range(9))


def test_odd_files_are_told_and_stop_nothing(empty: Campaign, put: Put, reader: FaceReader, tmp_path: Path):
    put("a.jpg", 0)
    folder = tmp_path / "photos"
    (folder / "lost.jpg").symlink_to(folder / "nowhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.jpg")
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.jpg")).write_bytes(b"x")
    (folder / "customer:1.jpg").write_bytes((folder / "a.jpg").read_bytes() + b"\0")
    found = import_photos(empty, [folder], reader=reader)
    reasons = {refused.path.name: refused.reason for refused in found.refused}
    assert "cannot be read" in reasons["lost.jpg"]
    if hasattr(os, "mkfifo"):
        assert "not a file" in reasons["pipe.jpg"]
        assert len([reason for reason in reasons.values() if "not UTF-8" in reason]) == 1
    assert len(found.added) == 2
    with pytest.raises(InputError, match="not there"):
        import_photos(empty, [folder, tmp_path / "nowhere"])
