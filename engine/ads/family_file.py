"""Loading a template family: template.toml and the drawings it names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.ads.colours import HEX, Pairs, Palette, weak_pair
from engine.ads.sheet_file import TEXT_SLOTS, SheetRules, read_sheet
from engine.ads.svg import broken
from engine.ads.template import Sheet, TemplateFamily, is_size
from engine.errors import TemplateError

FIELDS = frozenset(TEXT_SLOTS) | {"headline_short", "cta_short", "legal_short"}
_MAX_BYTES = 65_536
_FILE_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.svg")
_NAMED_COLOURS = frozenset({"#ffffff", "#000000"})  # drawing programs write these two as names, and the role is lost


def load_family(folder: Path) -> TemplateFamily:
    """Load the family in ``folder`` (or of a template.toml), checking every drawing.

    Raises TemplateError with a sentence that names the file and the rule it breaks.
    """
    toml = folder if folder.suffix == ".toml" else folder / "template.toml"
    table = _read_toml(toml)
    palette = _palette(toml, _table(toml, table, "roles"))
    pairs, minimum = _contrast(toml, _table(toml, table, "contrast"), palette)
    tone = _table(toml, table, "logo").get("tone")
    if tone not in ("on-dark", "on-light"):
        raise broken(toml, '[logo] tone is neither "on-dark" nor "on-light"')
    if table.get("font", "Inter") != "Inter":
        raise broken(toml, f'font is "{table["font"]}"; the only font is Inter')
    sheets: list[Sheet] = []
    for size, rules in _table(toml, table, "size").items():
        sheets.extend(_sheets(toml, size, rules, palette))
    if not sheets:
        raise broken(toml, "it names no size")
    key = toml.resolve().parent.name
    name = str(table.get("name") or key)[:60]
    return TemplateFamily(
        key, name, str(table.get("intent", ""))[:400], palette, pairs, minimum, str(tone), tuple(sheets)
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise broken(path, f"it is larger than {_MAX_BYTES // 1024} KiB")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(
            f"{path.parent} is no template family: its template.toml cannot be read ({error.strerror})."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise broken(path, f"it is not valid TOML ({error})") from error


def _table(path: Path, table: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict):
        raise broken(path, f"the table [{key}] is missing")
    return value


def _palette(path: Path, roles: Mapping[str, Any]) -> Palette:
    colours: dict[str, str] = {}
    for role, value in roles.items():
        if not isinstance(value, str) or not HEX.fullmatch(value):
            raise broken(path, f'the role {role} is "{value}", not a colour as #rrggbb')
        colour = value.lower()
        if colour in _NAMED_COLOURS:
            raise broken(path, f"the role {role} is pure white or black; take a value next to it")
        if colour in colours.values():
            raise broken(path, f"the role {role} has the colour of another role, {colour}")
        colours[role] = colour
    return Palette(tuple(colours.items()))


def _contrast(path: Path, table: Mapping[str, Any], palette: Palette) -> tuple[Pairs, float]:
    minimum, pairs = table.get("minimum", 4.5), table.get("pairs")
    if not isinstance(minimum, int | float) or not 4.5 <= minimum <= 21:
        raise broken(path, "[contrast] minimum is not a number of 4.5 to 21")
    if not isinstance(pairs, list) or not pairs:
        raise broken(path, "[contrast] pairs is missing")
    checked: list[tuple[str, str]] = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not all(role in palette for role in pair):
            raise broken(path, f"the contrast pair {pair} does not name two roles")
        checked.append((pair[0], pair[1]))
    weak = weak_pair(palette, tuple(checked), minimum)
    if weak is not None:
        raise broken(path, f"{weak}, and {minimum:g} : 1 is promised")
    return tuple(checked), float(minimum)


def _sheets(path: Path, size: str, table: Any, palette: Palette) -> list[Sheet]:
    where = f'[size."{size}"]'
    if not is_size(size) or not isinstance(table, dict):
        raise broken(path, f"{where} is not a size of 16 to 4096 pixels such as 1080x1350")
    files = table.get("files")
    if not isinstance(files, dict) or not files:
        raise broken(path, f"{where} names no files")
    rules = _rules(path, where, table)
    sheets = []
    for variant, file in files.items():
        if not isinstance(file, str) or not _FILE_NAME.fullmatch(file):
            raise broken(path, f'{where} names the file "{file}"; it must be an SVG file in the same folder')
        drawing = path.parent / file
        if drawing.resolve().parent != path.parent.resolve():
            raise broken(path, f'the file "{file}" lies outside the family\'s folder')
        sheets.append(read_sheet(drawing, path.resolve().parent.name, size, variant, rules, palette))
    return sheets


def _rules(path: Path, where: str, table: Mapping[str, Any]) -> SheetRules:
    safe, minimum = table.get("safe"), table.get("min")
    copy, without = table.get("copy", {}), table.get("without", [])
    if not isinstance(safe, list) or len(safe) != 4 or not all(isinstance(side, int | float) for side in safe):
        raise broken(path, f"{where} safe is not four numbers (top, right, bottom, left)")
    if not isinstance(minimum, dict) or not all(isinstance(size, int | float) for size in minimum.values()):
        raise broken(path, f"{where} min is not a table of sizes per slot")
    if not isinstance(copy, dict) or not set(copy) <= set(TEXT_SLOTS) or not set(copy.values()) <= FIELDS:
        raise broken(path, f"{where} copy names a slot or a field that does not exist")
    if not isinstance(without, list) or not set(without) <= {*TEXT_SLOTS, "logo"}:
        raise broken(path, f"{where} without names a slot that does not exist")
    top, right, bottom, left = (float(side) for side in safe)
    sizes = tuple((slot, float(size)) for slot, size in minimum.items())
    return SheetRules((top, right, bottom, left), sizes, tuple(copy.items()), frozenset(without))
