"""The offer catalogue: what can be offered, what it earns and costs, and the words of its ad."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from engine.columns import COST, MARGIN, NO_OFFER, OFFER
from engine.errors import InputError
from engine.logs.text_table import TextTable, read_text_table

REQUIRED = (OFFER, MARGIN, COST)
TEMPLATES = ("cover", "cut", "shelf", "loud")
LANGUAGES = ("en", "hu")
SAFE_KEY = re.compile(r"[\w][\w.+-]*", re.UNICODE)
RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}


@dataclass(frozen=True)
class Offer:
    """One offer. Money is in the currency of the catalogue; texts fill the slots of the ad templates.

    ``stock`` is how many customers it can go to, ``budget`` how much its costs may be in all; None is without limit.
    """

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
    stock: int | None = None
    budget: float | None = None


def read_offers(catalogue: Path | TextTable) -> tuple[Offer, ...]:
    """Read the catalogue: a file, looked at as every file of an operator is, or a table that was read before.

    Only offer, margin and cost are required. A missing name is the key, a missing headline the name, short texts
    are the long ones. Raises InputError with file and line for anything that cannot be used.
    """
    table = catalogue if isinstance(catalogue, TextTable) else _table(catalogue)
    _check_header(table)
    offers: dict[str, Offer] = {}
    for number, cells in table.rows:
        place = f"{table.name}, line {number}"
        if len(cells) > len(table.columns):
            raise InputError(
                f"{place}: {len(cells)} values were found for {len(table.columns)} columns. "
                "Put a text that holds the separator between quotation marks."
            )
        offer = _offer(dict(zip(table.columns, cells, strict=False)), place)
        if offer.key.lower() in (known.lower() for known in offers):
            raise InputError(f'{place}: the offer "{offer.key}" is there twice. Give each offer a key of its own.')
        offers[offer.key] = offer
    if not offers:
        raise InputError(f"{table.name} holds column names but no offer. Add one line per offer.")
    return tuple(offers.values())


def _table(path: Path) -> TextTable:
    """Read a catalogue's file as text."""
    from engine.logs.detection import detect_table
    from engine.logs.sources import find_sources

    return read_text_table(detect_table(find_sources(path)[0], "offers"))


def _check_header(table: TextTable) -> None:
    for name in REQUIRED:
        if name not in table.columns:
            found = ", ".join(column or "(no name)" for column in table.columns)
            raise InputError(f'{table.name}: the column "{name}" is missing. Found: {found}.')
    for name in table.columns:
        if name and table.columns.count(name) > 1:
            raise InputError(f'{table.name}: the column "{name}" is there twice. Keep one of them.')


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
        stock=_count(texts["stock"], "stock", place) if "stock" in texts else None,
        budget=_number(texts["budget"], "budget", place) if "budget" in texts else None,
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


def _count(text: str, column: str, place: str) -> int:
    number = _number(text, column, place)
    if number != int(number):
        raise InputError(f"{place}: {column} is {text}; it must be a whole number, or empty for no limit.")
    return int(number)


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
