"""Phone-type strings as networks, browsers and shops spell them, brought to maker, model and class."""

from __future__ import annotations

import re

from engine.columns import UNKNOWN_MAKER
from engine.handsets.classes import device_class
from engine.handsets.handset import DeviceClass, Handset
from engine.handsets.launches import launch_year
from engine.handsets.rules import BRAND_RULES, RULES

SAMSUNG_CODE = re.compile(r"(SM-[A-Z][0-9]{3})[0-9A-Z]*", re.IGNORECASE)

_SPACES = re.compile(r"[\s_]+")
_BUILD = re.compile(r"(?:.*;\s*)?([^;()]+?)\s+Build/")
_BROWSER = re.compile(r"(?:Mozilla|Dalvik|Opera)/[0-9.]+\s*\((?:.*?;)?\s*(iP(?:hone|ad|od)(?=;)|[^;()]+(?=\)))")
_PROFILE = re.compile(r"([^/\s]*[0-9][^/\s]*)/.*(?:Profile|Browser|SHP)/")
_SHOP = (
    r"dual[ -]?sim|dual|ds|single[ -]?sim|[0-9]+ ?(?:gb|tb)|[0-9]+/[0-9]+ ?gb|black|white|blue|red|gold|silver|gr[ae]y|"
    r"green|schwarz|wei(?:ß|ss)|blau|rot|grau|silber|grün|fekete|fehér|kék|piros|arany|ezüst|szürke|zöld|_?EEA"
)
_VARIANT = re.compile(rf"(?:/(?:DSN?|N|M|DV|HDS)|\s*\(A[0-9]{{4}}\)|[\s(]+(?:{_SHOP})\)?)+$", re.IGNORECASE)
_MOTO_NUMBER = re.compile(r"^(moto [a-z])\s*\((\d+)\)", re.IGNORECASE)
_SAMSUNG_SHORT = re.compile(r"(?:[AJMSZ][0-9]{1,2}|Note ?[0-9]|Tab |Watch ?[0-9]|XCover)", re.IGNORECASE)
_NO_PHONE = re.compile(
    r"(?:unknown|ismeretlen|unbekannt|null|none|n/?a|nan|generic|android|other|test|m2m|linux|mobile|phone|"
    r"(?:ismeretlen|unbekanntes) (?:készülék|telefon|gerät|endgerät)|[-?.0x*]*)",
    re.IGNORECASE,
)


def clean(phone_type: str) -> str:
    """Return a phone-type string with single spaces, out of its browser string, without what a shop adds."""
    found = _BUILD.match(phone_type) or _BROWSER.match(phone_type) or _PROFILE.match(phone_type)
    text = _SPACES.sub(" ", found.group(1) if found else phone_type).strip(" \"'")
    return _VARIANT.sub("", text).strip()


def names_no_phone(text: str) -> bool:
    """Whether a clean string stands for no device at all."""
    return _NO_PHONE.fullmatch(text) is not None


def by_rules(text: str) -> tuple[Handset, bool] | None:
    """Return the handset of a clean string that a rule fits, and whether the rule proves the maker alone."""
    for rule in RULES:
        found = rule.pattern.match(text)
        if found:
            return described(rule.maker, text[found.end() :] if rule.drop else text), not rule.loose
    return None


def by_name(maker: str, model: str) -> Handset:
    """Return the handset of a table's row; a maker that stands for several, as "Other", yields to the model's."""
    for text in (model, f"{maker} {model}"):
        for rule in RULES:
            found = rule.pattern.match(text)
            if found and rule.drop and found.group().strip():
                return described(rule.maker, text[found.end() :])
    return described(maker, model)


def described(maker: str, model: str, *, otherwise: DeviceClass = DeviceClass.UNKNOWN) -> Handset:
    """Return a handset with its class and launch, its model without the maker's name.

    The class is ``otherwise`` where neither a word nor a code of the model says more than that it is a phone.
    """
    brand = BRAND_RULES.get(maker)
    if brand is not None and brand.pattern.match(model):
        model = brand.pattern.sub("", model, count=1)
    model = _MOTO_NUMBER.sub(r"\1\2", model.strip())
    if maker == "Samsung" and _SAMSUNG_SHORT.match(model):
        model = f"Galaxy {model}"
    kind = device_class(maker, model)
    if kind in (DeviceClass.PHONE, DeviceClass.UNKNOWN) and otherwise is not DeviceClass.UNKNOWN:
        kind = otherwise
    return Handset(maker or UNKNOWN_MAKER, model, kind, launch_year(maker, model))
