"""Setting a sheet's copy: every slot's lines at their places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.ads.preflight import Fault, FaultKind, PlacedLine, shown_as
from engine.ads.template import Align, Anchor, Sheet, TextSlot
from engine.ads.text import FittedText, MeasuredText, fit, missing_characters, sizes

_HALF_CAP = 0.3635  # em: half of Inter's cap height
_UNIT_GAP = 0.3  # em of the unit, between price and unit


@dataclass(frozen=True)
class AdCopy:
    """The words of an ad. Short forms may be left empty; then the full ones are used."""

    headline: str
    body: str = ""
    price: str = ""
    unit: str = ""
    cta: str = ""
    legal: str = ""
    headline_short: str = ""
    cta_short: str = ""
    legal_short: str = ""
    has_handset: bool = False
    language: str = "en"

    def text(self, field: str) -> str:
        """Return a field's text; an empty short form gives the full one."""
        found = str(getattr(self, field)).strip()
        return found or str(getattr(self, field.removesuffix("_short"))).strip()


def set_copy(sheet: Sheet, copy: AdCopy) -> tuple[tuple[PlacedLine, ...], tuple[Fault, ...]]:
    """Fit and place every slot's text. Returns the lines, and a fault for each slot that does not take its text."""
    lines: list[PlacedLine] = []
    faults: list[Fault] = []
    price, unit = sheet.text("price"), sheet.text("unit")
    joined = price is not None and unit is not None and unit.follows_price and copy.text("price") and copy.text("unit")
    for slot in sheet.texts:
        text = copy.text(slot.field)
        if not text:
            faults += _empty_faults(slot)
            continue
        if joined and slot.name == "unit":
            continue
        if joined and price is not None and unit is not None and slot.name == "price":
            fitted, fitted_unit = _fit_price_and_unit(text, price, copy.text("unit"), unit)
            placed = _place(price, fitted)
            lines += placed + _place_behind(unit, fitted_unit, placed[0])
            faults += _text_faults(unit, copy.text("unit"), fitted_unit)
        else:
            fitted = fit(text, slot)
            lines += _place(slot, fitted)
        faults += _text_faults(slot, text, fitted)
    return tuple(lines), tuple(faults)


def _fit_price_and_unit(
    price_text: str, price: TextSlot, unit_text: str, unit: TextSlot
) -> tuple[FittedText, FittedText]:
    """Fit both on one line in the price's box; the price shrinks first, then the unit."""
    unit_em = MeasuredText(unit_text, unit.weight, unit.spacing)
    span = unit_em.width(0, len(unit_em.pieces) - 1) + _UNIT_GAP
    for size in sizes(unit):
        taken = span * size
        fitted = fit(price_text, price, width=price.box.width - taken)
        if not fitted.is_overset:
            break
    fitted_unit = fit(unit_text, replace(unit, size=size, minimum=size), width=span * size)
    return fitted, fitted_unit


def _place(slot: TextSlot, fitted: FittedText) -> list[PlacedLine]:
    """Stand a slot's lines in its box: the capitals' middle in the middle of each line."""
    leading = fitted.size * slot.leading
    spare = slot.box.height - len(fitted.lines) * leading
    top = slot.box.y + {Align.TOP: 0.0, Align.MIDDLE: spare / 2, Align.BOTTOM: spare}[slot.align]
    first = top + leading / 2 + _HALF_CAP * fitted.size
    return [
        _line(slot, text, fitted.size, _start(slot, width), first + row * leading, width)
        for row, (text, width) in enumerate(zip(fitted.lines, fitted.widths, strict=True))
    ]


def _place_behind(unit: TextSlot, fitted: FittedText, price: PlacedLine) -> list[PlacedLine]:
    x = price.x + price.width + _UNIT_GAP * fitted.size
    return [_line(unit, fitted.lines[0], fitted.size, x, price.baseline, fitted.widths[0])]


def _start(slot: TextSlot, width: float) -> float:
    spare = slot.box.width - width
    return slot.box.x + {Anchor.START: 0.0, Anchor.MIDDLE: spare / 2, Anchor.END: spare}[slot.anchor]


def _line(slot: TextSlot, text: str, size: float, x: float, baseline: float, width: float) -> PlacedLine:
    return PlacedLine(slot.name, text, size, slot.weight, slot.spacing, slot.colour, x, baseline, width)


def _empty_faults(slot: TextSlot) -> list[Fault]:
    """Say that a slot which the drawing is made round has no words; others may stay empty."""
    if slot.name not in ("headline", "cta"):
        return []
    return [Fault(FaultKind.EMPTY, slot.name, f"The {shown_as(slot.name)} has no words. Write some.")]


def _text_faults(slot: TextSlot, text: str, fitted: FittedText) -> list[Fault]:
    faults = []
    if fitted.is_overset:
        words = f"The {shown_as(slot.name)} does not fit, even at {slot.minimum:g} px. Shorten it."
        faults.append(Fault(FaultKind.OVERSET, slot.name, words))
    missing = missing_characters(text)
    if missing:
        words = f'The {shown_as(slot.name)} has "{missing}", which the ad\'s font cannot draw. Write it otherwise.'
        faults.append(Fault(FaultKind.NO_GLYPH, slot.name, words))
    return faults
