"""Template families: what a folder of SVG drawings and its template.toml promise, checked when they are loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from engine.ads.colours import BrandKit, Pairs, Palette, weak_pair
from engine.ads.crop import PhotoSlot
from engine.ads.geometry import Box
from engine.errors import InputError
from engine.resources import resource


class Align(StrEnum):
    """Where text stands in its box, from the top down."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Anchor(StrEnum):
    """Where a line stands in its box, from left to right."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


NO_PHOTO = "no-photo"  # the variant of an ad without a face


@dataclass(frozen=True)
class TextSlot:
    """A box for text and how its sample is set. Sizes in pixels; spacing (letters) and leading (lines) in em."""

    name: str
    box: Box
    size: float
    minimum: float
    weight: int
    colour: str
    spacing: float
    leading: float
    anchor: Anchor
    align: Align
    field: str  # which field of the copy fills it
    follows_price: bool = False


@dataclass(frozen=True)
class Sheet:
    """One drawing of a family: a size in one variant. ``svg`` is the checked drawing with its slots still inside."""

    family: str
    size: str
    variant: str
    file: str
    width: int
    height: int
    photo: PhotoSlot
    texts: tuple[TextSlot, ...]
    logo: Box | None
    svg: str = field(repr=False)
    stray_paints: tuple[str, ...]  # colours of the drawing that are no role's

    def text(self, name: str) -> TextSlot | None:
        """Return the text slot of that name, if this drawing has it."""
        return next((slot for slot in self.texts if slot.name == name), None)


@dataclass(frozen=True)
class TemplateFamily:
    """A family of ad templates: one look in several sizes, each size in one or more variants."""

    key: str
    name: str
    intent: str
    palette: Palette
    contrast_pairs: Pairs
    contrast_minimum: float
    logo_tone: str  # "on-dark" or "on-light"
    sheets: tuple[Sheet, ...]

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes, "<width>x<height>", in the family's own order."""
        return tuple(dict.fromkeys(sheet.size for sheet in self.sheets))

    def variants(self, size: str, *, has_photo: bool = True) -> tuple[Sheet, ...]:
        """Return the drawings of one size, the default first. Raises InputError if the family lacks the size.

        Without a photo it is the one that is drawn for that, where the family has it.
        """
        found = tuple(sheet for sheet in self.sheets if sheet.size == size and sheet.variant != NO_PHOTO)
        alone = tuple(sheet for sheet in self.sheets if sheet.size == size and sheet.variant == NO_PHOTO)
        if alone and not (has_photo and found):
            return alone
        if not found:
            raise InputError(f'The template "{self.name}" has no size {size}. It has {", ".join(self.sizes)}.')
        return found


def families() -> tuple[str, ...]:
    """Return the keys of the families that come with the program."""
    return tuple(sorted(toml.parent.name for toml in resource("templates").glob("*/template.toml")))


def recoloured(family: TemplateFamily, kit: BrandKit | None) -> Palette:
    """Return the family's palette with the kit's colours in their roles.

    Raises InputError, naming the pair, if text would no longer stand out from its ground.
    """
    if kit is None:
        return family.palette
    values = dict(kit.colours)
    palette = Palette(tuple((role, values.get(role, colour)) for role, colour in family.palette.colours))
    weak = weak_pair(palette, family.contrast_pairs, family.contrast_minimum)
    if weak is not None:
        raise InputError(
            f'The brand kit "{kit.name}" does not go with the template "{family.name}": {weak}, and at least '
            f"{family.contrast_minimum:g} : 1 is needed. Make one of the two lighter or darker."
        )
    return palette


def is_size(text: str) -> bool:
    """Whether the text reads as a size of 16 to 4096 pixels each way, such as 1080x1350."""
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    return match is not None and all(16 <= int(side) <= 4096 for side in match.groups())
