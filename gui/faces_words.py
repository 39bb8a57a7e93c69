"""The sentences of the Faces page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.inventory.ranking import ALIKE_HAIR, SAME_AGE, SAME_HAIR, RankedFace
from gui import numbers
from gui.faces_data import FacesData, tr
from gui.preview_pictures import alike_words

if TYPE_CHECKING:
    from engine.campaign import Appearance
    from engine.faces import PhotoQuality
    from engine.faces.quality import Problem

OLDEST = 100
UNKNOWN = "\u2013"
AGES = re.compile(r"^\s*(\d{1,3})\s*(?:\D{1,5}\s*(\d{1,3}))?\s*$")
HAIR_NAMES: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("Black", (24, 22, 24)),
    ("Dark brown", (58, 42, 34)),
    ("Brown", (98, 70, 50)),
    ("Light brown", (142, 108, 78)),
    ("Dark fair", (168, 138, 100)),
    ("Fair", (206, 178, 132)),
    ("Red", (150, 78, 44)),
    ("Grey", (150, 148, 146)),
    ("White", (222, 220, 216)),
)


def faces_verdict(data: FacesData, to_read_again: int = 0) -> str:
    """Say how many customers have a look-alike, and how many faces the network in use has still to read."""
    if to_read_again:
        said = tr(
            "Another face network is in use, and {count} faces are still to be read by it. Until then none are "
            "compared, and the ads stay as they are; Match all goes on with it."
        )
        return said.format(count=numbers.decimal(to_read_again))
    with_photo, photos = len(data.customers), len(data.photos)
    if not photos:
        return tr("There are no campaign photos yet, so nobody has a look-alike.")
    if not with_photo:
        said = tr("{photos} campaign photos, but no customer has a photo to compare with.")
        return said.format(photos=numbers.decimal(photos))
    said = tr("{matched} of the {all} customers with a photo have a look-alike. All others get an ad without one.")
    return said.format(matched=numbers.decimal(data.matched), all=numbers.decimal(with_photo))


def being_read_again() -> str:
    """Say what happens after a change of network."""
    return tr(
        "Another face network is in use, and all faces are being read again by it. Until then none are compared, and "
        "the ads stay as they are."
    )


def quality_words(quality: PhotoQuality | None) -> str:
    """Say how well a photo shows a face, in few words."""
    if quality is None:
        return ""
    if quality.usable:
        return tr("Sharp, looking ahead") if abs(quality.yaw) < 12 else tr("Sharp, slightly turned")
    words: dict[Problem, str] = {
        "too_small": tr("the face is too small"),
        "blurred": tr("the face is blurred"),
        "too_dark": tr("the face is too dark"),
        "turned_away": tr("the face is turned away"),
        "eyes_cut_off": tr("an eye is cut off by the edge"),
    }
    said = ", ".join(words.get(problem, problem) for problem in quality.problems)
    return f"{said[:1].upper()}{said[1:]}"


def age_words(age: tuple[float, float] | None) -> str:
    """Write an age range: "23 to 31"; past the oldest that can be told "65 or older"."""
    if age is None:
        return ""
    low, high = round(age[0]), round(age[1])
    if high >= OLDEST:
        return tr("{age} or older").format(age=low)
    return str(low) if low == high else numbers.likely_range(str(low), str(high))


def read_age(text: str) -> tuple[float, float] | None:
    """Read an age range as a person writes it: "23 to 31", "23-31", "27", "65 or older"; None if it is none."""
    if text.strip() and age_words((65.0, OLDEST)).removeprefix("65") in text:
        number = re.match(r"\s*(\d{1,3})", text)
        return None if number is None else (float(number.group(1)), float(OLDEST))
    found = AGES.match(text)
    if found is None:
        return None
    low = float(found.group(1))
    high = float(found.group(2)) if found.group(2) else low
    return (low, high) if 0 <= low <= high <= OLDEST else None


def guess_words(appearance: Appearance) -> str:
    """Say where hair and age come from."""
    words = {
        (True, True): tr("Hair and age as you set them."),
        (True, False): tr("Hair as you set it; age is a guess you can correct."),
        (False, True): tr("Age as you set it; hair is a guess you can correct."),
    }
    by_hand = appearance.hair_by_hand, appearance.age_by_hand
    return words.get(by_hand, tr("Hair and age are guesses you can correct."))


def hair_word(difference: float | None) -> str:
    """Say a difference of hair colours in one word."""
    if difference is None:
        return UNKNOWN
    same, near, other = hair_words()
    if difference < SAME_HAIR:
        return same
    return near if difference < ALIKE_HAIR else other


def hair_words() -> tuple[str, str, str]:
    """Return the words for hair colours that are alike, less alike and unlike."""
    return tr("same"), tr("near"), tr("other")


def years_word(years: float | None) -> str:
    """Write how far two ages are apart: "2 y"."""
    return UNKNOWN if years is None else tr("{years} y").format(years=round(years))


def why_alike(one: RankedFace) -> str:
    """Say why a face is among the most alike."""
    words = [alike_words(one.likeness)]
    if one.years_apart is not None:
        same = one.years_apart < SAME_AGE + 0.5
        words.append(tr("about the same age") if same else tr("{years} years apart").format(
            years=round(one.years_apart)))  # fmt: skip
    if one.hair_difference is not None:
        hair = {tr("same"): tr("same hair colour"), tr("near"): tr("hair colour near")}
        words.append(hair.get(hair_word(one.hair_difference), tr("other hair colour")))
    said = ", ".join(words)
    return f"{said[:1].upper()}{said[1:]}."
