"""The tables of the campaign file, and the way from an older file to this one."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from engine.campaign.encrypted import whole
from engine.errors import CampaignFileError

APPLICATION_ID = 0x53424C43  # "SBLC", marks the file as a campaign

# Steps are only ever appended: a file's user_version counts the steps it has behind it.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE document (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
    CREATE TABLE arrow_table (name TEXT PRIMARY KEY, schema BLOB NOT NULL) STRICT;
    CREATE TABLE arrow_chunk (
        name TEXT NOT NULL REFERENCES arrow_table (name) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (name, position)
    ) STRICT;
    CREATE TABLE log_file (position INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
    CREATE TABLE offer (position INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
    CREATE TABLE template_file (
        family TEXT NOT NULL,
        name TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (family, name)
    ) STRICT;
    CREATE TABLE consent (
        customer TEXT PRIMARY KEY,
        given_on TEXT NOT NULL,
        source TEXT NOT NULL,
        ends_on TEXT,
        withdrawn_on TEXT
    ) STRICT;
    CREATE TABLE photo (
        key TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        customer TEXT UNIQUE REFERENCES consent (customer),
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        box TEXT NOT NULL,
        score REAL NOT NULL,
        hair_top REAL NOT NULL,
        model TEXT NOT NULL,
        points BLOB NOT NULL CHECK (length(points) = 80),
        embedding BLOB NOT NULL CHECK (length(embedding) = 2048),
        jpeg BLOB NOT NULL,
        CHECK (role IN ('inventory', 'customer') AND (role = 'customer') = (customer IS NOT NULL))
    ) STRICT;
    CREATE INDEX photo_by_role ON photo (role, key);
    CREATE TABLE match (
        customer TEXT NOT NULL REFERENCES photo (customer) ON DELETE CASCADE,
        photo TEXT NOT NULL REFERENCES photo (key) ON DELETE CASCADE,
        rank INTEGER NOT NULL CHECK (rank >= 1),
        cosine REAL NOT NULL,
        PRIMARY KEY (customer, rank)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX match_by_photo ON match (photo);
    CREATE TABLE choice (
        customer TEXT PRIMARY KEY REFERENCES photo (customer) ON DELETE CASCADE,
        photo TEXT NOT NULL REFERENCES photo (key) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX choice_by_photo ON choice (photo);
    CREATE TABLE event (number INTEGER PRIMARY KEY, at TEXT NOT NULL, text TEXT NOT NULL, seconds REAL NOT NULL) STRICT;
    """,
    # An ad may bear the look-alike of a contact; picks made before are the customers' own.
    """
    CREATE TABLE face_choice (
        customer TEXT PRIMARY KEY,
        contact TEXT REFERENCES photo (customer) ON DELETE CASCADE,
        photo TEXT REFERENCES photo (key) ON DELETE SET NULL
    ) STRICT;
    CREATE INDEX face_choice_by_contact ON face_choice (contact);
    CREATE INDEX face_choice_by_photo ON face_choice (photo);
    INSERT INTO face_choice SELECT customer, NULL, photo FROM choice;
    DROP TABLE choice;
    DELETE FROM arrow_table WHERE name = 'circle_choices';
    """,
    # The inventory with its rights and looks, what the designer bars for a customer, and what the designer teaches.
    # Rights, bans and judgements name photos by their keys without a reference: they outlive a new reading.
    """
    CREATE TABLE inventory_file (
        path TEXT PRIMARY KEY,
        folder TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        digest TEXT NOT NULL,
        photo TEXT REFERENCES photo (key) ON DELETE CASCADE,
        refused TEXT,
        CHECK ((photo IS NULL) = (refused IS NOT NULL))
    ) STRICT;
    CREATE INDEX inventory_file_by_photo ON inventory_file (photo);
    CREATE INDEX inventory_file_by_digest ON inventory_file (digest);
    CREATE TABLE thumbnail (
        photo TEXT PRIMARY KEY REFERENCES photo (key) ON DELETE CASCADE,
        jpeg BLOB NOT NULL
    ) STRICT;
    CREATE TABLE appearance (
        photo TEXT PRIMARY KEY REFERENCES photo (key) ON DELETE CASCADE,
        hair_l REAL,
        hair_a REAL,
        hair_b REAL,
        hair_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (hair_by_hand IN (0, 1)),
        age_low REAL,
        age_high REAL,
        age_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (age_by_hand IN (0, 1)),
        CHECK ((hair_l IS NULL) = (hair_a IS NULL) AND (hair_l IS NULL) = (hair_b IS NULL)),
        CHECK ((age_low IS NULL) = (age_high IS NULL) AND (age_low IS NULL OR age_low <= age_high))
    ) STRICT;
    CREATE TABLE rights (
        photo TEXT PRIMARY KEY,
        release TEXT NOT NULL CHECK (release IN ('yes', 'no', 'unknown')),
        territories TEXT NOT NULL,
        expires_on TEXT,
        tags TEXT NOT NULL,
        by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
        tagged_by_hand INTEGER NOT NULL CHECK (tagged_by_hand IN (0, 1))
    ) STRICT;
    CREATE TABLE ban (
        customer TEXT NOT NULL,
        photo TEXT NOT NULL,
        PRIMARY KEY (customer, photo)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE judgement (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        probe TEXT NOT NULL,
        customer TEXT,
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        chosen TEXT NOT NULL CHECK (chosen IN ('a', 'b', 'skip')),
        at TEXT NOT NULL,
        repeat_of INTEGER REFERENCES judgement (number) ON DELETE SET NULL
    ) STRICT;
    CREATE INDEX judgement_by_customer ON judgement (customer);
    CREATE INDEX judgement_by_repeat ON judgement (repeat_of);
    CREATE TABLE taste (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        made_at TEXT NOT NULL,
        document TEXT NOT NULL,
        data BLOB
    ) STRICT;
    ALTER TABLE match ADD COLUMN score REAL;
    ALTER TABLE photo ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1));
    """,
)


def migrate(connection: apsw.Connection, name: str, steps: Sequence[str] = STEPS) -> None:
    """Take a file from its schema version to that of ``steps``, each step whole or not at all.

    Raises CampaignFileError if the file comes from a newer version of the program.
    """
    version = int(connection.pragma("user_version"))
    if version > len(steps):
        raise CampaignFileError(
            f"“{name}” was made by a newer version of Semblance (file format {version}; this version reads up to "
            f"{len(steps)}). Update Semblance, then open it again."
        )
    for number in range(version, len(steps)):
        with whole(connection):
            connection.execute(steps[number])
            connection.pragma("user_version", number + 1)
