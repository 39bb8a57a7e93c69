"""What may be wrong with an ad, said before it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from engine.ads.colours import hex_to_rgb, relative_luminance
from engine.ads.crop import Crop, PhotoSlot
from engine.ads.geometry import Box

MAX_UPSCALE = 1.5
MIN_CONTRAST = 4.5
_COVERED = 0.15  # share of the face that artwork may hide; the shipped families stay under 0.10
_SHOWN_AS = {"cta": "button", "legal": "legal line", "unit": "unit of the price"}


class FaultKind(StrEnum):
    """What a fault is about."""

    OVERSET = "overset"
    NO_GLYPH = "no_glyph"
    EMPTY = "empty"
    OFF_CANVAS = "off_canvas"
    ON_FACE = "on_face"
    CONTRAST = "contrast"
    HEAD_CUT = "head_cut"
    UPSCALE = "upscale"
    SAMPLE_LOGO = "sample_logo"
    RIGHTS = "rights"  # the photo may not be used
    RELEASE = "release"  # nothing says that the person on the photo agreed


BLOCKING = frozenset({FaultKind.OVERSET, FaultKind.NO_GLYPH, FaultKind.RIGHTS})
SAME_IN_ALL_VARIANTS = frozenset({FaultKind.NO_GLYPH, FaultKind.EMPTY})


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its kind, the slot where it is ("photo" for the picture), and a sentence."""

    kind: FaultKind
    slot: str
    words: str


@dataclass(frozen=True)
class PlacedLine:
    """One line of text as it stands in the ad, in the template's pixels. ``spacing`` in em."""

    slot: str
    text: str
    size: float
    weight: int
    spacing: float
    colour: str
    x: float
    baseline: float
    width: float

    @property
    def ink(self) -> Box:
        """The area that letters may take: from above the capitals to below the descenders."""
        return Box(self.x, self.baseline - 0.76 * self.size, self.width, 0.98 * self.size)


def shown_as(slot: str) -> str:
    """Return a slot's name for a sentence."""
    return _SHOWN_AS.get(slot, slot)


def covered_face(crop: Crop, art: npt.NDArray[np.uint8], scale: float) -> Iterator[Fault]:
    """Say whether the artwork over the photo hides the face. art: (h, w, 4) uint8 with opacity last, at ``scale``."""
    left, top = max(0, int(crop.face.x * scale)), max(0, int(crop.face.y * scale))
    area = art[top : max(0, int(crop.face.bottom * scale)), left : max(0, int(crop.face.right * scale)), 3]
    if area.size and float((area > 127).mean()) > _COVERED:
        words = "The artwork covers part of the face. Choose a photo with more room round the head."
        yield Fault(FaultKind.ON_FACE, "photo", words)


def photo_faults(slot: PhotoSlot, crop: Crop) -> Iterator[Fault]:
    """Say whether the head is cut or the photo is enlarged too much."""
    if crop.hair_top < slot.box.y - 1 or not slot.box.contains(crop.face, 1.0):
        yield Fault(
            FaultKind.HEAD_CUT, "photo", "The head is cut by the edge of the picture. Choose a photo with more room."
        )
    if crop.scale > MAX_UPSCALE:
        words = f"The photo is enlarged {crop.scale:.1f} times and will look soft. Choose a larger one."
        yield Fault(FaultKind.UPSCALE, "photo", words)


def line_faults(lines: Sequence[PlacedLine], canvas: Box, face: Box | None) -> Iterator[Fault]:
    """Say which slots' text stands on the face or leaves the picture."""
    for line in lines:
        ink = line.ink
        if not canvas.contains(ink.trimmed(top=0.22 * line.size, bottom=0.1 * line.size)):
            yield Fault(
                FaultKind.OFF_CANVAS, line.slot, f"The {shown_as(line.slot)} runs out of the picture. Shorten it."
            )
        if face is not None and ink.meets(face.trimmed(top=0.02 * face.height)):
            words = f"The {shown_as(line.slot)} runs over the face. Shorten it, or choose another photo or template."
            yield Fault(FaultKind.ON_FACE, line.slot, words)


def contrast_faults(lines: Sequence[PlacedLine], ground: npt.NDArray[np.uint8], scale: float) -> Iterator[Fault]:
    """Say which slots' text does not stand out from what is painted under it.

    ground: (h, w, 4) uint8, blue, green, red, unused: the picture before the text, at ``scale``. The 2 % of pixels
    nearest to the text's colour are left aside. Source: WCAG 2.2, contrast (minimum).
    """
    for line in lines:
        ink = line.ink
        columns = slice(max(0, int(ink.x * scale)), max(0, int(np.ceil(ink.right * scale))))
        rows = slice(max(0, int(ink.y * scale)), max(0, int(np.ceil(ink.bottom * scale))))
        area = ground[rows, columns, :3]
        if not area.size:
            continue
        step = max(1, int(np.sqrt(area.shape[0] * area.shape[1] / 2048)))
        under = relative_luminance(area[::step, ::step, ::-1])
        text = float(relative_luminance(hex_to_rgb(line.colour)))
        ratio = (np.maximum(under, text) + 0.05) / (np.minimum(under, text) + 0.05)
        lowest = float(np.quantile(ratio, 0.02))
        if lowest < MIN_CONTRAST:
            words = f"The {shown_as(line.slot)} is hard to read on its ground: {lowest:.1f} : 1, and 4.5 : 1 is needed."
            yield Fault(FaultKind.CONTRAST, line.slot, words)


def once_per_slot(faults: Iterator[Fault]) -> tuple[Fault, ...]:
    """Keep the first fault of each kind in each slot."""
    seen: dict[tuple[FaultKind, str], Fault] = {}
    for fault in faults:
        seen.setdefault((fault.kind, fault.slot), fault)
    return tuple(seen.values())
