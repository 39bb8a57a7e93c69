"""Reading one drawing of a family: its slots, by the conventions of the templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

from engine.ads.colours import HEX, Palette
from engine.ads.crop import PhotoSlot
from engine.ads.fonts import FONT_FILES
from engine.ads.geometry import Box
from engine.ads.svg import SVG, broken, element_name, local_name, number, plain_number, read_svg
from engine.ads.template import Align, Anchor, Sheet, TextSlot

TEXT_SLOTS = ("headline", "body", "price", "unit", "cta", "legal")
_RECTS = ("slot-photo", "slot-photo-face", "slot-photo-top")
_SLOTS = frozenset({*_RECTS, "slot-logo", *(f"slot-{name}" for name in TEXT_SLOTS)})
_LEADING = {"headline": 1.06, "body": 1.32, "legal": 1.28}
_CAP_HEIGHT = 0.727  # em, of Inter
_SAME_PLACE = 0.6  # px, how near two edges must be to count as one


@dataclass(frozen=True)
class SheetRules:
    """What template.toml says of a size: safe margins (top, right, bottom, left), smallest sizes, fields, omissions."""

    safe: tuple[float, float, float, float]
    minimum: tuple[tuple[str, float], ...]
    copy: tuple[tuple[str, str], ...]
    without: frozenset[str]


@dataclass(frozen=True)
class _Sample:
    """A slot's sample text: the properties it inherits and the baselines of its lines."""

    path: Path
    slot: str
    chain: tuple[ET.Element, ...]  # from the text's innermost element outwards
    baselines: tuple[float, ...]

    def get(self, name: str, default: str) -> str:
        """Return a property as the drawing sets it, on the element itself or on what holds it."""
        for element in self.chain:
            styled = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;]+)", element.get("style", ""))
            value = styled[1] if styled else element.get(name)
            if value is not None:
                return value.strip()
        return default


def read_sheet(path: Path, family: str, size: str, variant: str, rules: SheetRules, palette: Palette) -> Sheet:
    """Read and check one drawing. Raises TemplateError naming the file and the rule it breaks."""
    root = read_svg(path)
    width, height = (int(side) for side in size.split("x"))
    _check_canvas(path, root, width, height)
    slots = _find_slots(path, root)
    _check_complete(path, set(slots), rules)
    texts = tuple(
        _text_slot(path, name, slots[f"slot-{name}"], rules) for name in TEXT_SLOTS if f"slot-{name}" in slots
    )
    logo = _box(path, _rect(path, slots["slot-logo"][0])) if "slot-logo" in slots else None
    _check_safe(path, texts, logo, rules, width, height)
    return Sheet(
        family, size, variant, path.name, width, height, _photo_slot(path, slots), _link_unit(texts), logo,
        ET.tostring(root, encoding="unicode"), _stray_paints(root, palette),
    )  # fmt: skip


def _check_canvas(path: Path, root: ET.Element, width: int, height: int) -> None:
    expected = [0.0, 0.0, float(width), float(height)]
    parts = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    found = [plain_number(path, "viewBox", part) for part in parts] if len(parts) == 4 else []
    if found != expected or [number(path, root, side) for side in ("width", "height")] != expected[2:]:
        raise broken(path, f"viewBox, width and height must all say {width} x {height} pixels")


def _find_slots(path: Path, root: ET.Element) -> dict[str, list[ET.Element]]:
    """Map slot name -> the slot's element and what holds it, outwards; refuse transforms on them and text elsewhere."""
    slots: dict[str, list[ET.Element]] = {}
    for element, ancestors in _with_ancestors(root, ()):
        name = element_name(element).lower()
        in_slot = any(element_name(one).lower() in _SLOTS for one in ancestors)
        if name.startswith("slot-") and not in_slot:
            if name not in _SLOTS or name in slots:
                raise broken(path, f'there is no slot "{name}"' if name not in _SLOTS else f"{name} is there twice")
            if any(one.get("transform") for one in (element, *ancestors)):
                raise broken(path, f"{name}, or a group round it, has a transform")
            slots[name] = [element, *ancestors]
        elif local_name(element) == "text" and not in_slot:
            raise broken(path, "there is text outside a slot")
    return slots


def _with_ancestors(
    element: ET.Element, ancestors: tuple[ET.Element, ...]
) -> Iterator[tuple[ET.Element, tuple[ET.Element, ...]]]:
    yield element, ancestors
    for child in element:
        yield from _with_ancestors(child, (element, *ancestors))


def _check_complete(path: Path, slots: set[str], rules: SheetRules) -> None:
    needed = {*_RECTS, *(f"slot-{name}" for name in {*TEXT_SLOTS, "logo"} - rules.without)}
    missing, unwanted = sorted(needed - slots), sorted(slots - needed)
    if missing:
        raise broken(path, f"{missing[0]} is missing")
    if unwanted:
        raise broken(path, f"{unwanted[0]} is drawn, but template.toml leaves it out of this size")


def _rect(path: Path, slot: ET.Element) -> ET.Element:
    found = slot if local_name(slot) == "rect" else slot.find(f"{SVG}rect")
    if found is None:
        raise broken(path, f"{element_name(slot)} has no <rect> for its box")
    return found


def _box(path: Path, rect: ET.Element) -> Box:
    if rect.get("transform"):
        raise broken(path, "a slot's box has a transform")
    box = Box(
        *(number(path, rect, key, 0.0) for key in ("x", "y")), *(number(path, rect, k) for k in ("width", "height"))
    )
    if box.width <= 0 or box.height <= 0:
        raise broken(path, "a slot's box has no size")
    return box


def _photo_slot(path: Path, slots: dict[str, list[ET.Element]]) -> PhotoSlot:
    rect = _rect(path, slots["slot-photo"][0])
    box = _box(path, rect)
    face = _box(path, _rect(path, slots["slot-photo-face"][0]))
    top = _box(path, _rect(path, slots["slot-photo-top"][0])).y
    if not box.contains(face) or not box.y <= top < face.bottom:
        raise broken(path, "slot-photo-face and slot-photo-top must lie inside slot-photo, the top above the chin")
    radius = min(max(number(path, rect, "rx", 0.0), 0.0), box.width / 2, box.height / 2)
    return PhotoSlot(box, radius, face, top)


def _text_slot(path: Path, name: str, chain: list[ET.Element], rules: SheetRules) -> TextSlot:
    box = _box(path, _rect(path, chain[0]))
    sample = _sample(path, name, chain)
    size = plain_number(path, f"font-size of slot-{name}", sample.get("font-size", "16"))
    minimum = dict(rules.minimum).get(name)
    if minimum is None or not 1 <= minimum <= size <= 2000:
        raise broken(
            path, f"slot-{name} needs a smallest size in template.toml, between 1 and the sample's {size:g} px"
        )
    weight = sample.get("font-weight", "400").replace("normal", "400")
    if weight not in {str(known) for known in FONT_FILES} or sample.get("font-family", "").strip("'\" ") != "Inter":
        raise broken(path, f"slot-{name} is not set in Inter 400, 600 or 800")
    colour, anchor = sample.get("fill", ""), sample.get("text-anchor", "start")
    if not HEX.fullmatch(colour) or anchor not in set(Anchor):
        raise broken(path, f"slot-{name} has no plain fill colour, or an unknown text-anchor")
    spacing = plain_number(
        path, f"letter-spacing of slot-{name}", sample.get("letter-spacing", "0").replace("normal", "0")
    )
    leading = _leading(path, name, sample.baselines, size)
    field = dict(rules.copy).get(name, name)
    return TextSlot(
        name, box, size, minimum, int(weight), colour, spacing / size, leading, Anchor(anchor),
        _align(box, sample.baselines, size), field,
    )  # fmt: skip


def _sample(path: Path, name: str, chain: list[ET.Element]) -> _Sample:
    text = chain[0].find(f"{SVG}text")
    if text is None:
        raise broken(path, f"slot-{name} has no sample text")
    if any(part.get("transform") for part in text.iter()):
        raise broken(path, f"the sample text of slot-{name} has a transform")
    spans = [span for span in text.iter(f"{SVG}tspan") if span.get("y") is not None]
    lines = spans or [text]
    baselines = tuple(number(path, line, "y") for line in lines)
    inner = (lines[0],) if spans else ()
    return _Sample(path, name, (*inner, text, *chain), baselines)


def _leading(path: Path, name: str, baselines: tuple[float, ...], size: float) -> float:
    if len(baselines) < 2:
        return _LEADING.get(name, 1.0)
    leading = (baselines[1] - baselines[0]) / size
    if not 0.5 <= leading <= 4:
        raise broken(path, f"the first two lines of slot-{name} are {leading:.2f} em apart; 0.5 to 4 is possible")
    return leading


def _align(box: Box, baselines: tuple[float, ...], size: float) -> Align:
    above = baselines[0] - _CAP_HEIGHT * size - box.y
    below = box.bottom - baselines[-1]
    if abs(above - below) < 0.3 * size:
        return Align.MIDDLE
    return Align.TOP if above < below else Align.BOTTOM


def _link_unit(texts: tuple[TextSlot, ...]) -> tuple[TextSlot, ...]:
    """Mark a unit whose box has the price's y and height: it is set behind the price."""
    price = next((slot for slot in texts if slot.name == "price"), None)
    if price is None:
        return texts
    return tuple(
        replace(slot, follows_price=True)
        if slot.name == "unit"
        and abs(slot.box.y - price.box.y) < _SAME_PLACE
        and abs(slot.box.height - price.box.height) < _SAME_PLACE
        else slot
        for slot in texts
    )


def _check_safe(
    path: Path, texts: tuple[TextSlot, ...], logo: Box | None, rules: SheetRules, width: int, height: int
) -> None:
    safe = Box(0, 0, width, height).trimmed(*rules.safe)
    boxes = [(f"slot-{slot.name}", slot.box) for slot in texts] + ([("slot-logo", logo)] if logo else [])
    for name, box in boxes:
        if not safe.contains(box, _SAME_PLACE):
            raise broken(path, f"{name} leaves the safe area that template.toml promises")


def _stray_paints(root: ET.Element, palette: Palette) -> tuple[str, ...]:
    known = {colour for _, colour in palette.colours}
    used: dict[str, None] = {}
    for element in root.iter():
        for attribute in ("fill", "stroke", "stop-color", "style"):
            used.update(dict.fromkeys(HEX.findall(element.get(attribute, ""))))
    return tuple(colour for colour in used if colour not in known)
