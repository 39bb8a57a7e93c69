"""The offer catalogue: what can be offered, what it earns and costs, and the words of its ad."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from engine.columns import COST, MARGIN, NO_OFFER, OFFER
from engine.errors import InputError

REQUIRED = (OFFER, MARGIN, COST)
TEMPLATES = ("cover", "cut", "shelf", "loud")
LANGUAGES = ("en", "hu")
SAFE_KEY = re.compile(r"[\w][\w.+-]*", re.UNICODE)
RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}


@dataclass(frozen=True)
class Offer:
    """One offer. Money is in the currency of the catalogue; texts fill the slots of the ad templates."""

    key: str
    name: str
    maker: str
    margin: float
    cost: float
    template: str = "cover"
    headline: str = ""
    headline_short: str = ""
    body: str = ""
    price: str = ""
    unit: str = ""
    cta: str = ""
    cta_short: str = ""
    legal: str = ""
    legal_short: str = ""
    has_handset: bool = False
    language: str = "en"


def read_offers(path: Path) -> tuple[Offer, ...]:
    """Read the catalogue from a CSV file in UTF-8, with comma, semicolon or tab between the columns.

    Only offer, margin and cost are required. A missing name is the key, a missing headline the name, short texts
    are the long ones. Raises InputError with file and line for anything that cannot be used.
    """
    lines = _rows(path)
    if not lines:
        raise InputError(f"{path.name} is empty. It needs a line with the column names ({', '.join(REQUIRED)}).")
    header = [name.strip().lower() for name in lines[0][1]]
    _check_header(path, header)
    offers: dict[str, Offer] = {}
    for number, cells in lines[1:]:
        place = f"{path.name}, line {number}"
        if len(cells) > len(header):
            raise InputError(
                f"{place}: {len(cells)} values were found for {len(header)} columns. "
                "Put a text that holds the separator between quotation marks."
            )
        offer = _offer(dict(zip(header, (cell.strip() for cell in cells), strict=False)), place)
        if offer.key.lower() in (known.lower() for known in offers):
            raise InputError(f'{place}: the offer "{offer.key}" is there twice. Give each offer a key of its own.')
        offers[offer.key] = offer
    if not offers:
        raise InputError(f"{path.name} holds column names but no offer. Add one line per offer.")
    return tuple(offers.values())


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, each with the line at which it ends."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not in UTF-8. Save it again as CSV UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(
            f"{path.name}, line {reader.line_num}: the quotation marks do not close ({error}). Correct that line."
        ) from error


def _check_header(path: Path, header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            found = ", ".join(column or "(no name)" for column in header)
            raise InputError(f'{path.name}: the column "{name}" is missing. Found: {found}.')
    for name in header:
        if name and header.count(name) > 1:
            raise InputError(f'{path.name}: the column "{name}" is there twice. Keep one of them.')


def _offer(row: Mapping[str, str], place: str) -> Offer:
    texts = {field.name: row[field.name] for field in fields(Offer) if row.get(field.name)}
    key = _key(row.get(OFFER, ""), place)
    name = texts.get("name", key)
    headline = texts.get("headline", name)
    return Offer(
        key=key,
        name=name,
        maker=texts.get("maker", ""),
        margin=_number(row.get(MARGIN, ""), MARGIN, place),
        cost=_number(row.get(COST, ""), COST, place),
        template=_one_of(texts.get("template", "cover"), TEMPLATES, "template", place),
        headline=headline,
        headline_short=texts.get("headline_short", headline),
        body=texts.get("body", ""),
        price=texts.get("price", ""),
        unit=texts.get("unit", ""),
        cta=texts.get("cta", ""),
        cta_short=texts.get("cta_short", texts.get("cta", "")),
        legal=texts.get("legal", ""),
        legal_short=texts.get("legal_short", texts.get("legal", "")),
        has_handset=_yes_or_no(texts.get("has_handset", "0"), place),
        language=_one_of(texts.get("language", "en"), LANGUAGES, "language", place),
    )


def _key(text: str, place: str) -> str:
    if not text:
        raise InputError(f'{place}: the column "{OFFER}" is empty. Give the offer a short key, such as "samsung-5g".')
    if text.lower() == NO_OFFER:
        raise InputError(f'{place}: "{text}" means no offer and cannot be an offer\'s key. Choose another key.')
    if not SAFE_KEY.fullmatch(text) or text.endswith(".") or len(text) > 64 or text.lower() in RESERVED:
        raise InputError(
            f'{place}: the key "{text}" cannot be part of a file name. Use up to 64 letters, digits, - and _.'
        )
    return text


def _number(text: str, column: str, place: str) -> float:
    """Return the number, written with a point or a decimal comma and perhaps spaces between thousands."""
    compact = re.sub(r"[\s\u00a0\u202f]", "", text)
    if re.fullmatch(r"[+-]?\d+,\d{1,2}", compact):
        compact = compact.replace(",", ".")
    number = _parsed(compact)
    if number is None or not math.isfinite(number):
        raise InputError(f'{place}: {column} should be a number, but "{text}" was found.')
    if number < 0:
        raise InputError(f"{place}: {column} is {text}; it cannot be below 0.")
    return number


def _parsed(text: str) -> float | None:
    parse: Callable[[str], float] = float
    try:
        return parse(text) if "_" not in text else None
    except ValueError:
        return None


def _one_of(text: str, choices: tuple[str, ...], column: str, place: str) -> str:
    if text.lower() not in choices:
        raise InputError(f'{place}: {column} is "{text}". Choose one of {", ".join(choices)}.')
    return text.lower()


def _yes_or_no(text: str, place: str) -> bool:
    words = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}
    if text.lower() not in words:
        raise InputError(f'{place}: has_handset is "{text}". Write 1 or 0.')
    return words[text.lower()]
