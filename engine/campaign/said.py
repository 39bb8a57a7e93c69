"""What was said of a photo counts for the picture it showed then, never for another one under its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import apsw
import numpy as np

from engine.campaign.encrypted import select
from engine.campaign.records import Picture

MOST_NAMED = 5
WHAT_IS_SAID_OF = """
    SELECT probe FROM judgement UNION SELECT a FROM judgement UNION SELECT b FROM judgement UNION SELECT photo FROM ban
    UNION SELECT photo FROM rights UNION SELECT photo FROM face_choice WHERE photo IS NOT NULL
    UNION SELECT photo FROM appearance WHERE hair_by_hand OR age_by_hand
"""


def picture_of(connection: apsw.Connection, key: str) -> Picture | None:
    """Return by what the picture of a photo is known again; None if there is no such photo."""
    rows = select(connection, "SELECT jpeg, embedding, model FROM photo WHERE key = ?", (key,))
    return Picture.of(rows[0][0], np.frombuffer(rows[0][1], "<f4"), rows[0][2]) if rows else None


def pictures_with_a_say(connection: apsw.Connection) -> dict[str, Picture]:
    """Return the pictures of the photos of which anything is said, by key."""
    found = ((key, picture_of(connection, key)) for (key,) in select(connection, WHAT_IS_SAID_OF))
    return {key: picture for key, picture in found if picture is not None}


def forget_where_changed(connection: apsw.Connection, before: Mapping[str, Picture]) -> frozenset[str]:
    """Forget what was said of photos that show another picture than ``before``; return all that do."""
    changed = set()
    for key, picture in before.items():
        now = picture_of(connection, key)
        if now is not None and not now.is_same(picture):
            forget_said(connection, key)
            changed.add(key)
    return frozenset(changed)


def forget_said(connection: apsw.Connection, key: str) -> bool:
    """Forget the judgements, bans, tags and release of a photo; return whether there were any.

    A refusal stays, and so do limits of place and time: nothing is cleared by a new picture.
    """
    before = connection.total_changes()
    connection.execute("DELETE FROM judgement WHERE ? IN (probe, a, b)", (key,))
    connection.execute("DELETE FROM ban WHERE photo = ?", (key,))
    connection.execute(
        "UPDATE rights SET release = iif(release = 'no', 'no', 'unknown'), tags = '[]', tagged_by_hand = 0, "
        "by_hand = by_hand AND release = 'no' WHERE photo = ? AND (release = 'yes' OR tags != '[]')",
        (key,),
    )
    return connection.total_changes() > before


def words(keys: Sequence[str]) -> str:
    """Say for the campaign's history what was forgotten of some photos."""
    names = ", ".join(keys[:MOST_NAMED])
    more = f" and {len(keys) - MOST_NAMED:,} more" if len(keys) > MOST_NAMED else ""
    return f"New pictures: release, tags, bans and answers of the ones before are forgotten of {names}{more}"
