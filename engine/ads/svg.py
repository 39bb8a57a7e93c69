"""Reading a template's SVG, which is hostile until it has been checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from engine.ads.colours import full_hex
from engine.errors import TemplateError

SVG = "{http://www.w3.org/2000/svg}"
INKSCAPE_LABEL = "{http://www.inkscape.org/namespaces/inkscape}label"
MAX_BYTES = 1_048_576
MAX_ELEMENTS = 5_000
MAX_DEPTH = 40

SHAPES = frozenset({"rect", "circle", "ellipse", "path", "polygon", "polyline", "line"})
_TEXT = frozenset({"text", "tspan"})
_FRAME = frozenset({"svg", "g", "defs", "linearGradient", "radialGradient", "stop", "clipPath"})
_NOTES = frozenset({"title", "desc", "metadata"})  # dropped
_PAINTS = ("fill", "stroke", "stop-color", "style")
_FORBIDDEN_ATTRIBUTES = frozenset({"filter", "mask", "src", "class"})
_URL = re.compile(r"url\s*\(\s*(['\"]?)(?!#[\w.-]+\1\s*\))", re.IGNORECASE)
_MARKUP = re.compile(r"<!(?!--)|<\?(?!xml\s)", re.IGNORECASE)


def read_svg(path: Path) -> ET.Element:
    """Return the checked drawing: SVG's own shapes, groups, gradients and text, and nothing that reaches outside.

    Colours come back as lower-case #rrggbb; notes and editors' private elements and attributes are gone. Raises
    TemplateError naming the file and the rule that it breaks.
    """
    root = _parse(path)
    if root.tag != f"{SVG}svg":
        raise broken(path, "it is no SVG drawing")
    _drop_private(root)
    for count, (element, depth) in enumerate(_walk(root), start=1):
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise broken(path, f"it has more than {MAX_ELEMENTS} elements, or groups nested more than {MAX_DEPTH} deep")
        _check_element(path, element)
    return root


def broken(path: Path, what: str) -> TemplateError:
    """Return the error for a file that breaks a rule."""
    return TemplateError(f"The template file {path.parent.name}/{path.name} cannot be used: {what}.")


def local_name(element: ET.Element) -> str:
    """Return the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def element_name(element: ET.Element) -> str:
    """Return what the designer called the element: data-name, else inkscape:label, else id; "" without.

    Illustrator's escapes (_x2D_) and copy numbers (_2_) are undone.
    """
    given = element.get("data-name") or element.get(INKSCAPE_LABEL) or element.get("id") or ""
    plain = re.sub(r"_x([0-9A-Fa-f]{2})_", lambda m: chr(int(m[1], 16)), given)
    return re.sub(r"(_\d+)+_?$", "", plain.strip())


def number(path: Path, element: ET.Element, attribute: str, default: float | None = None) -> float:
    """Return a length in pixels. Raises TemplateError if it is missing without a default, or not a plain number."""
    text = element.get(attribute)
    if text is None:
        if default is None:
            raise broken(path, f'{describe(element)} has no "{attribute}"')
        return default
    return plain_number(path, f"{attribute} of {describe(element)}", text)


def plain_number(path: Path, what: str, text: str) -> float:
    """Return ``text`` as a number of pixels; ``what`` names it in the error."""
    try:
        value = float(text.strip().removesuffix("px"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 100_000:
        raise broken(path, f'the {what} is "{text[:40]}", not a number of pixels')
    return value


def describe(element: ET.Element) -> str:
    """Name an element in a sentence."""
    name = element_name(element)
    return f'<{local_name(element)}> "{name}"' if name else f"<{local_name(element)}>"


def _parse(path: Path) -> ET.Element:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise broken(path, f"it is larger than {MAX_BYTES // 1024} KiB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TemplateError(f"The template file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise broken(path, "it is not UTF-8 text") from error
    if _MARKUP.search(text):
        raise broken(
            path, "it has a DOCTYPE, an entity, a CDATA section or a processing instruction; save it as plain SVG"
        )
    try:
        return ET.fromstring(text)  # noqa: S314 - without a DOCTYPE there is no entity to expand
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise broken(path, f"it is not well-formed XML ({error})") from error


def _drop_private(root: ET.Element) -> None:
    """Take out notes, and elements and attributes of other namespaces, which editors leave behind."""
    pending = [root]
    while pending:
        parent = pending.pop()
        for child in list(parent):
            is_foreign = not str(child.tag).startswith(SVG) and str(child.tag).startswith("{")
            if local_name(child) in _NOTES or is_foreign:
                parent.remove(child)
            else:
                pending.append(child)


def _walk(root: ET.Element) -> Iterator[tuple[ET.Element, int]]:
    pending = [(root, 0)]
    while pending:
        element, depth = pending.pop()
        yield element, depth
        pending.extend((child, depth + 1) for child in reversed(element))


def _check_element(path: Path, element: ET.Element) -> None:
    tag = local_name(element)
    if not str(element.tag).startswith(SVG) or tag not in SHAPES | _TEXT | _FRAME:
        raise broken(path, f"<{tag}> is not allowed; draw with shapes, groups, gradients and slots' text only")
    for key in list(element.attrib):
        value = element.attrib[key]
        name = key.rpartition("}")[2].lower()
        if name == "href":
            if not re.fullmatch(r"#[\w.-]+", value) or tag not in {"linearGradient", "radialGradient"}:
                raise broken(
                    path,
                    f'{describe(element)} refers to "{value[:60]}"; only a gradient may refer, and inside the file',
                )
        elif name.startswith("on") or name in _FORBIDDEN_ATTRIBUTES or (name == "base" and key != name):
            raise broken(path, f'{describe(element)} has "{name}", which is not allowed')
        elif key.startswith("{") and key != INKSCAPE_LABEL:
            del element.attrib[key]
            continue
        if _URL.search(value) or (name == "style" and ("\\" in value or "@" in value or "/*" in value)):
            raise broken(path, f'{describe(element)} reaches outside the file in "{name}"')
        if name in _PAINTS:
            element.attrib[key] = full_hex(value)
