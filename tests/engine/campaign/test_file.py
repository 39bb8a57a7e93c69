"""The campaign file against the world: passphrases, damage, other programs, older and newer versions."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import apsw
import numpy as np
import pyarrow as pa
import pytest

from engine.campaign import Appearance, Campaign, Consent, StoredMatch, schema
from engine.campaign.encrypted import connect, explained, whole
from engine.errors import CampaignFileError, WrongPassphraseError
from tests.engine.campaign.conftest import PASSPHRASE, MakePhoto

NAMES = ("Gyöngyvér", "Bartholomew", "Wilhelmina")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed campaign file of a few hundred pages with something in most of its tables."""
    path = tmp_path_factory.mktemp("filled") / "filled.semblance"
    random_floats = np.random.default_rng(1).normal(size=70_000)
    with Campaign.create(path, PASSPHRASE, name="Filled by Wilhelmina") as campaign:
        names = [NAMES[row % 3] for row in range(70_000)]
        campaign.write_table("customers", pa.table({"first_name": names, "uplift": random_floats}))
        campaign.write_document("summary", '{"by": "Bartholomew"}')
        campaign.write_template("cut", {"1080x1080.svg": random.Random(2).randbytes(30_000)})
        campaign.record_consent(Consent("Gyöngyvér", date(2026, 3, 1), "customers.csv"))
    return path


def damaged_copy(filled: Path, folder: Path, change: Callable[[bytearray], None]) -> Path:
    content = bytearray(filled.read_bytes())
    change(content)
    path = folder / "damaged.semblance"
    path.write_bytes(content)
    return path


def read_all(path: Path) -> None:
    """Open a campaign and look at everything in it, as the window would and then as a check does."""
    with Campaign.open(path, PASSPHRASE) as campaign:
        campaign.read_table("customers")
        campaign.read_document("summary")
        campaign.check()


def test_campaign_comes_back_after_closing(path: Path) -> None:
    with Campaign.create(path, PASSPHRASE, name="Tavasz – 5G", is_demo=True) as campaign:
        campaign.write_document("value", '{"gain": 0.4}')
        campaign.note_event("Read 3 files", 2.5)
    with Campaign.open(path, PASSPHRASE) as campaign:
        assert (campaign.name, campaign.is_demo, campaign.created_on) == ("Tavasz – 5G", True, date.today())
        assert campaign.path == path
        assert campaign.read_document("value") == '{"gain": 0.4}'
        assert campaign.read_document("curve") is None
        (event,) = campaign.events()
        assert (event.text, event.seconds, event.at.date()) == ("Read 3 files", 2.5, event.at.today().date())
        campaign.check()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_file_is_written_as_the_design_says(campaign: Campaign, path: Path) -> None:
    connection = campaign._connection
    settings = {
        "cipher": "aegis",
        "locking_mode": "exclusive",
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "auto_vacuum": 1,
        "application_id": schema.APPLICATION_ID,
        "user_version": len(schema.STEPS),
    }
    assert {name: connection.pragma(name) for name in settings} == settings
    assert not path.with_name(path.name + "-shm").exists()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_plain_text_in_the_file(campaign: Campaign, path: Path, make_photo: MakePhoto) -> None:
    campaign.write_table("customers", pa.table({"first_name": list(NAMES)}))
    campaign.write_document("summary", "Bartholomew again")
    photo = make_photo("54_a.jpg")
    campaign.add_photo(photo)
    written = path.with_name(path.name + "-wal").read_bytes()
    assert len(written) > 20_000
    campaign.close()
    written += path.read_bytes()
    for secret in (*(name.encode() for name in NAMES), photo.jpeg[:16], photo.embedding.tobytes()[:16], b"CREATE"):
        assert secret not in written
    assert b"SQLite format 3" not in written


@pytest.mark.parametrize("wrong", ["Őszi kampány 2026", "", " " + PASSPHRASE])
def test_wrong_passphrase_is_said_and_leaves_the_file(filled: Path, wrong: str) -> None:
    before = filled.read_bytes()
    with pytest.raises(WrongPassphraseError, match=r"passphrase.*filled\.semblance|filled\.semblance.*passphrase"):
        Campaign.open(filled, wrong)
    assert filled.read_bytes() == before


def test_passphrase_is_the_same_from_every_keyboard(filled: Path) -> None:
    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    Campaign.open(filled, decomposed).close()


def test_empty_passphrase_makes_no_file(path: Path) -> None:
    with pytest.raises(CampaignFileError, match="empty"):
        Campaign.create(path, "", name="Spring")
    assert not path.exists()


def test_create_leaves_an_existing_file(path: Path) -> None:
    path.write_bytes(b"my thesis")
    with pytest.raises(CampaignFileError, match=r"spring\.semblance.*exists"):
        Campaign.create(path, PASSPHRASE, name="Spring")
    assert path.read_bytes() == b"my thesis"


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_create_leaves_the_last_changes_of_another_campaign(path: Path, ending: str) -> None:
    left = path.with_name(path.name + ending)
    left.write_bytes(b"changes")
    with pytest.raises(CampaignFileError, match=ending):
        Campaign.create(path, PASSPHRASE, name="Spring")
    assert left.read_bytes() == b"changes"
    assert not path.exists()


OPEN_AS_NOBODY = """
import os, sys
from pathlib import Path
import numpy
from engine.campaign import Campaign
from engine.errors import CampaignFileError
path, passphrase = Path(sys.argv[1]), sys.argv[2]
if os.geteuid() == 0:
    os.setuid(65534)
for attempt in (Campaign.open, lambda path, passphrase: Campaign.create(path.with_name("b"), passphrase, name="B")):
    try:
        attempt(path, passphrase)
    except CampaignFileError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_what_may_not_be_written_is_said(filled: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = damaged_copy(filled, Path(folder), lambda content: None)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        command = [sys.executable, "-c", OPEN_AS_NOBODY, str(path), PASSPHRASE]
        opened = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        path.parent.chmod(0o700)
    first, second = opened.stdout.splitlines()
    assert first.startswith("“damaged.semblance” may not be written to")
    assert second.startswith("“b” cannot be made in")


def test_missing_folder_and_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(CampaignFileError, match="nowhere"):
        Campaign.create(tmp_path / "nowhere" / "a.semblance", PASSPHRASE, name="Spring")
    with pytest.raises(CampaignFileError, match=r"no file “a\.semblance”"):
        Campaign.open(tmp_path / "a.semblance", PASSPHRASE)
    with pytest.raises(CampaignFileError, match="no file"):
        Campaign.open(tmp_path, PASSPHRASE)


def test_every_flipped_bit_is_noticed_by_check(filled: Path, tmp_path: Path) -> None:
    path = damaged_copy(filled, tmp_path, lambda content: None)
    size = path.stat().st_size
    picked = random.Random(3)
    with Campaign.open(path, PASSPHRASE) as campaign, path.open("r+b", buffering=0) as file:
        campaign.check()
        for place in [*range(24), *(picked.randrange(size) for _ in range(100))]:
            file.seek(place)
            (good,) = file.read(1)
            file.seek(place)
            file.write(bytes([good ^ 1 << picked.randrange(8)]))
            if place >= 16:  # the salt is needed only while opening
                with pytest.raises(CampaignFileError, match=r"damaged\.semblance.* is damaged"):
                    campaign.check()
            file.seek(place)
            file.write(bytes([good]))
        campaign.check()


@pytest.mark.parametrize("place", [3, 17, 18, 19, 20, 22, 100, 4095, 4096, 20_000, 300_000, -5000, -1])
def test_flipped_bit_is_noticed_by_opening_and_looking(filled: Path, tmp_path: Path, place: int) -> None:
    def flip(content: bytearray) -> None:
        content[place] ^= 4

    path = damaged_copy(filled, tmp_path, flip)
    with pytest.raises(CampaignFileError, match=r"damaged\.semblance.*damaged") as caught:
        read_all(path)
    if not 0 <= place < 4096:
        assert not isinstance(caught.value, WrongPassphraseError)


@pytest.mark.parametrize("keep", [10, 4096, 5000, -4096, -1])
def test_truncated_file_is_noticed(filled: Path, tmp_path: Path, keep: int) -> None:
    def cut(content: bytearray) -> None:
        del content[keep:]

    path = damaged_copy(filled, tmp_path, cut)
    size = path.stat().st_size
    with pytest.raises(CampaignFileError, match=r"damaged\.semblance"):
        read_all(path)
    assert path.stat().st_size == size


def make_text(path: Path) -> None:
    path.write_text("customer,name\n" * 1000, encoding="utf-8")


def make_plain_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE t (a)")
    plain.close()


def make_other_encrypted(path: Path) -> None:
    path.touch()
    connection = connect(path, PASSPHRASE)
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE t (a)")
    connection.close()


@pytest.mark.parametrize("make", [make_text, make_plain_sqlite, make_other_encrypted, Path.touch])
def test_other_files_are_not_campaigns(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(CampaignFileError, match=r"spring\.semblance.* is not a campaign file") as caught:
        Campaign.open(path, PASSPHRASE)
    assert not isinstance(caught.value, WrongPassphraseError)
    assert path.read_bytes() == before


def test_newer_schema_is_told_and_left_alone(campaign: Campaign, path: Path) -> None:
    newer = len(schema.STEPS) + 1
    campaign._connection.pragma("user_version", newer)
    campaign.close()
    before = path.read_bytes()
    with pytest.raises(CampaignFileError, match=rf"newer version.*{newer}.*{newer - 1}"):
        Campaign.open(path, PASSPHRASE)
    assert path.read_bytes() == before


def test_a_file_from_before_the_inventory_s_rights_opens_with_its_photos_and_matches(
    path: Path, make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(schema.migrate, "__defaults__", (schema.STEPS[:2],))
        with Campaign.create(path, PASSPHRASE, name="Spring") as campaign:
            campaign.record_consent(Consent("1", date(2026, 1, 5), "customers.csv"))
            for photo in (make_photo("a.jpg"), make_photo("customer:1", "1")):
                row = (
                    photo.key, photo.role, photo.customer, photo.width, photo.height, json.dumps(photo.box),
                    photo.score, photo.hair_top, photo.model, photo.points.tobytes(), photo.embedding.tobytes(),
                    photo.jpeg,
                )  # fmt: skip
                campaign._connection.execute(f"INSERT INTO photo VALUES ({','.join('?' * len(row))})", row)
            campaign._connection.execute("INSERT INTO match VALUES ('1', 'a.jpg', 1, 0.5)")
            assert campaign._connection.pragma("user_version") == 2
    with Campaign.open(path, PASSPHRASE) as campaign:
        assert campaign._connection.pragma("user_version") == len(schema.STEPS)
        assert not campaign.photo("customer:1").by_hand
        assert campaign.matches("1") == (StoredMatch("1", "a.jpg", 1, 0.5, None),)
        assert (campaign.inventory.files(), campaign.inventory.rights(), campaign.judgements.all()) == ((), {}, ())
        keys, embeddings, _ = campaign.inventory.embeddings()
        assert (keys, embeddings.shape) == (("a.jpg",), (1, 512))
        campaign.inventory.set_appearance("a.jpg", Appearance(age=(20, 30)))
        campaign.check()


def test_older_schema_is_brought_up_to_date_step_by_step(campaign: Campaign) -> None:
    connection = campaign._connection
    steps = (*schema.STEPS, "CREATE TABLE pin (customer TEXT) STRICT", "ALTER TABLE pin ADD COLUMN at TEXT")
    schema.migrate(connection, "a", steps)
    assert connection.pragma("user_version") == len(schema.STEPS) + 2
    assert [row[1] for row in connection.execute("PRAGMA table_info(pin)")] == ["customer", "at"]


def test_failing_step_leaves_the_version_before_it(campaign: Campaign) -> None:
    connection = campaign._connection
    steps = (*schema.STEPS, "CREATE TABLE pin (customer TEXT) STRICT; CREATE TABLE pin (twice TEXT)")
    with pytest.raises(apsw.SQLError):
        schema.migrate(connection, "a", steps)
    assert connection.pragma("user_version") == len(schema.STEPS)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pin'").get == 0


def test_step_that_finds_the_disk_full_leaves_the_version_before_it(campaign: Campaign) -> None:
    connection = campaign._connection
    connection.pragma("max_page_count", connection.pragma("page_count") + 3)
    steps = (*schema.STEPS, "CREATE TABLE pin (a BLOB) STRICT; INSERT INTO pin VALUES (randomblob(100000))")
    with pytest.raises(CampaignFileError, match="disk is full"), explained("a"), whole(connection):
        schema.migrate(connection, "a", steps)
    assert connection.pragma("user_version") == len(schema.STEPS)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pin'").get == 0


OPEN_ELSEWHERE = """
import sys
from pathlib import Path
from engine.campaign import Campaign
from engine.errors import CampaignFileError
try:
    Campaign.open(Path(sys.argv[1]), sys.argv[2])
except CampaignFileError as error:
    print(error)
"""


def test_file_opens_once_at_a_time(campaign: Campaign, path: Path) -> None:
    for _ in range(2):
        with pytest.raises(CampaignFileError, match="already open"):
            Campaign.open(path, PASSPHRASE)
    # The attempts above must not have dropped the lock that other programs see.
    command = [sys.executable, "-c", OPEN_ELSEWHERE, str(path), PASSPHRASE]
    other = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "already open" in other.stdout
    campaign.close()
    Campaign.open(path, PASSPHRASE).close()


def test_importing_the_campaign_is_light() -> None:
    command = [sys.executable, "-c", "import sys, engine.campaign; print(*sys.modules)"]
    modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "apsw" in modules
    assert not {"pyarrow", "pandas", "duckdb", "sklearn", "cv2"} & set(modules)


def test_backup_is_a_whole_encrypted_campaign(filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.semblance"
    with Campaign.open(filled, PASSPHRASE) as campaign:
        campaign.write_document("late", "not yet in the main file")
        campaign.backup(copy)
        with pytest.raises(CampaignFileError, match=r"copy\.semblance.*exists"):
            campaign.backup(copy)
        with pytest.raises(CampaignFileError, match="exists"):
            campaign.backup(filled)
        expected = campaign.read_table("customers")
    assert [file.name for file in tmp_path.iterdir()] == ["copy.semblance"]
    assert b"Wilhelmina" not in copy.read_bytes()
    with pytest.raises(WrongPassphraseError):
        Campaign.open(copy, "wrong")
    with Campaign.open(copy, PASSPHRASE) as campaign:
        campaign.check()
        assert campaign.name == "Filled by Wilhelmina"
        assert campaign.read_document("late") == "not yet in the main file"
        assert campaign.read_table("customers").equals(expected)
        campaign.write_document("more", "the copy can be worked on")
