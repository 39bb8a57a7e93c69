"""Consent, photos, look-alikes and choices: ordinary rows, so that one person can be withdrawn at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby

import apsw
import numpy as np

from engine.campaign.consent import Consent, require_consent
from engine.campaign.encrypted import select
from engine.campaign.records import FACE_POINTS, FaceChoice, Role, StoredMatch, StoredPhoto
from engine.campaign.said import forget_said, picture_of
from engine.errors import ConsentError

PHOTO_COLUMNS = "key, role, customer, width, height, box, score, hair_top, model, points, embedding, jpeg, by_hand"
MATCH_COLUMNS = "customer, photo, rank, cosine, score"


def record_consent(connection: apsw.Connection, consent: Consent) -> None:
    """Keep a customer's consent in the place of an earlier one.

    Raises ConsentError if the customer withdrew after the day this consent was given.
    """
    earlier = read_consent(connection, consent.customer)
    if earlier is not None and consent.is_overruled_by(earlier):
        raise ConsentError(
            f"Customer {consent.customer} withdrew the photo consent on {earlier.withdrawn_on}; the one of "
            f"{consent.given_on} is older. Ask for a new consent."
        )
    connection.execute(
        "INSERT INTO consent VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer) DO UPDATE SET given_on = excluded.given_on, "
        "source = excluded.source, ends_on = excluded.ends_on, withdrawn_on = excluded.withdrawn_on",
        (
            consent.customer,
            consent.given_on.isoformat(),
            consent.source,
            consent.ends_on and consent.ends_on.isoformat(),
            consent.withdrawn_on and consent.withdrawn_on.isoformat(),
        ),
    )


def read_consent(connection: apsw.Connection, customer: str) -> Consent | None:
    """Return the consent record of a customer, withdrawn or not; None if there never was one."""
    row = connection.execute(
        "SELECT given_on, source, ends_on, withdrawn_on FROM consent WHERE customer = ?", (customer,)
    ).fetchone()
    if row is None:
        return None
    given_on, source, ends_on, withdrawn_on = row
    return Consent(customer, date.fromisoformat(given_on), source, _day(ends_on), _day(withdrawn_on))


def read_withdrawn(connection: apsw.Connection) -> tuple[Consent, ...]:
    """Return the consents that were withdrawn, in the order of the customers."""
    rows = connection.execute("SELECT customer FROM consent WHERE withdrawn_on IS NOT NULL ORDER BY customer")
    found = [read_consent(connection, str(customer)) for (customer,) in rows.fetchall()]
    return tuple(consent for consent in found if consent is not None)


def erase_photo(connection: apsw.Connection, customer: str) -> None:
    """Remove a customer's photo with all that was read from it, and every choice, ban and judgement about it."""
    connection.execute("DELETE FROM photo WHERE customer = ?", (customer,))
    connection.execute("DELETE FROM ban WHERE customer = ?", (customer,))
    connection.execute("DELETE FROM judgement WHERE customer = ?", (customer,))
    forget_face_choice(connection, customer)


def erase_consent(connection: apsw.Connection, customer: str) -> None:
    """Remove a customer's consent record; the photo must be gone by then."""
    connection.execute("DELETE FROM consent WHERE customer = ?", (customer,))


def add_photo(connection: apsw.Connection, photo: StoredPhoto, on: date) -> bool:
    """Keep a photo; one already there under its key or of its customer goes, with its look-alikes.

    What was said of another picture is forgotten; returns whether there was any such thing.
    Raises ConsentError unless the photo is of the inventory or its customer's consent holds ``on`` that day, and
    ValueError if the key belongs to a photo of somebody else.
    """
    if photo.customer is not None:
        require_consent(photo.customer, read_consent(connection, photo.customer), on)
    row = connection.execute("SELECT customer FROM photo WHERE key = ?", (photo.key,)).fetchone()
    if row is not None and row[0] != photo.customer:
        raise ValueError(f"the photo key {photo.key} is taken by another person or by the inventory")
    whose = (photo.key, photo.customer)
    is_forgotten = False
    for (key,) in select(connection, "SELECT key FROM photo WHERE key = ? OR customer = ?", whose):
        earlier = picture_of(connection, key)
        if earlier is not None and not earlier.is_same(photo.picture):
            is_forgotten |= forget_said(connection, key)
    connection.execute("DELETE FROM photo WHERE key = ? OR customer = ?", whose)
    if photo.customer is not None:
        forget_face_choice(connection, photo.customer)
    values = (
        photo.key, photo.role, photo.customer, photo.width, photo.height, json.dumps([float(x) for x in photo.box]),
        float(photo.score), float(photo.hair_top), photo.model, photo.points.astype("<f8").tobytes(),
        photo.embedding.astype("<f4").tobytes(), photo.jpeg, int(photo.by_hand),
    )  # fmt: skip
    connection.execute(f"INSERT INTO photo ({PHOTO_COLUMNS}) VALUES ({','.join('?' * len(values))})", values)  # noqa: S608
    return is_forgotten


def read_photo(connection: apsw.Connection, key: str) -> StoredPhoto | None:
    """Return the photo of that key, or None."""
    row = connection.execute(f"SELECT {PHOTO_COLUMNS} FROM photo WHERE key = ?", (key,)).fetchone()  # noqa: S608
    if row is None:
        return None
    key, role, customer, width, height, box, score, hair_top, model, points, embedding, jpeg, by_hand = row
    x, y, w, h = json.loads(box)
    return StoredPhoto(
        key=key,
        role=role,
        customer=customer,
        jpeg=jpeg,
        width=width,
        height=height,
        box=(x, y, w, h),
        points=np.frombuffer(points, "<f8").reshape(FACE_POINTS),
        score=score,
        hair_top=hair_top,
        embedding=np.frombuffer(embedding, "<f4").astype(np.float32, copy=False),
        model=model,
        by_hand=bool(by_hand),
    )


def photo_keys(connection: apsw.Connection, role: Role) -> tuple[str, ...]:
    """Return the keys of the photos of that role, in the order of the alphabet."""
    return tuple(key for (key,) in connection.execute("SELECT key FROM photo WHERE role = ? ORDER BY key", (role,)))


def customer_key(connection: apsw.Connection, customer: str) -> str | None:
    """Return the key of a customer's photo, or None."""
    row = connection.execute("SELECT key FROM photo WHERE customer = ?", (customer,)).fetchone()
    return None if row is None else str(row[0])


def write_matches(connection: apsw.Connection, rows: Sequence[StoredMatch]) -> None:
    """Keep look-alikes in the place of the earlier ones of the same customers.

    Raises ValueError if a row names a customer without a stored photo, or a photo that is not in the inventory.
    """
    _require_faces(connection, {row.customer for row in rows}, {row.photo for row in rows})
    connection.executemany("DELETE FROM match WHERE customer = ?", [(one,) for one in {row.customer for row in rows}])
    connection.executemany(
        f"INSERT INTO match ({MATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
        [(row.customer, row.photo, int(row.rank), float(row.cosine), row.score) for row in rows],
    )


def clear_matches(connection: apsw.Connection) -> None:
    """Forget everybody's look-alikes."""
    connection.execute("DELETE FROM match")


def read_matches(connection: apsw.Connection, customer: str) -> tuple[StoredMatch, ...]:
    """Return a customer's look-alikes, the nearest first."""
    sql = f"SELECT {MATCH_COLUMNS} FROM match WHERE customer = ? ORDER BY rank"  # noqa: S608
    return tuple(StoredMatch(*row) for row in connection.execute(sql, (customer,)))


def all_matches(connection: apsw.Connection) -> dict[str, tuple[StoredMatch, ...]]:
    """Return everybody's look-alikes, the nearest first, by customer in the order of the alphabet."""
    rows = connection.execute(f"SELECT {MATCH_COLUMNS} FROM match ORDER BY customer, rank")  # noqa: S608
    matches = (StoredMatch(*row) for row in rows)
    return {customer: tuple(found) for customer, found in groupby(matches, lambda match: match.customer)}


def matched_customers(connection: apsw.Connection) -> tuple[str, ...]:
    """Return the customers that have look-alikes, in the order of the alphabet."""
    return tuple(one for (one,) in connection.execute("SELECT DISTINCT customer FROM match ORDER BY customer"))


def nearest_matches(connection: apsw.Connection) -> tuple[StoredMatch, ...]:
    """Return each matched customer's nearest look-alike, in the order of the customers."""
    rows = connection.execute(f"SELECT {MATCH_COLUMNS} FROM match WHERE rank = 1 ORDER BY customer")  # noqa: S608
    return tuple(StoredMatch(*row) for row in rows)


def choose_face(connection: apsw.Connection, choice: FaceChoice, on: date) -> None:
    """Keep whose look-alike a customer's ad bears, and which one, in the place of an earlier choice.

    Raises ConsentError unless the contact's own consent holds ``on`` that day, and ValueError if one of the people
    whose look-alike is meant has no stored photo, or the pick is not in the inventory.
    """
    whose = choice.customer if choice.contact is None else choice.contact
    if choice.contact is not None:
        require_consent(whose, read_consent(connection, whose), on)
    if choice.contact is not None or choice.photo is not None:
        _require_faces(connection, {whose}, set() if choice.photo is None else {choice.photo})
    values = (choice.customer, choice.contact, choice.photo)
    connection.execute("INSERT OR REPLACE INTO face_choice VALUES (?, ?, ?)", values)


def forget_face_choice(connection: apsw.Connection, customer: str) -> None:
    """Take a choice back: what holds for the campaign holds for the customer again."""
    connection.execute("DELETE FROM face_choice WHERE customer = ?", (customer,))


def face_choice(connection: apsw.Connection, customer: str) -> FaceChoice | None:
    """Return the designer's choice for a customer, or None where there is none."""
    row = connection.execute("SELECT * FROM face_choice WHERE customer = ?", (customer,)).fetchone()
    return None if row is None else FaceChoice(*row)


def face_choices(connection: apsw.Connection) -> tuple[FaceChoice, ...]:
    """Return all choices, in the order of the customers."""
    return tuple(FaceChoice(*row) for row in connection.execute("SELECT * FROM face_choice ORDER BY customer"))


def _require_faces(connection: apsw.Connection, customers: set[str], inventory: set[str]) -> None:
    for customer in sorted(customers):
        if customer_key(connection, customer) is None:
            raise ValueError(f"customer {customer} has no stored photo")
    for photo in sorted(inventory):
        if connection.execute("SELECT 1 FROM photo WHERE key = ? AND customer IS NULL", (photo,)).fetchone() is None:
            raise ValueError(f"the photo {photo} is not in the inventory")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
