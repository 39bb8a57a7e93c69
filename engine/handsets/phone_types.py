"""Every distinct phone type of a set of logs, resolved once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.columns import NAME, PHONE_TYPE, UNKNOWN_MAKER
from engine.handsets.handset import NOT_THE_PHONE, UNKNOWN_HANDSET, DeviceClass, Handset, model_key, numbered, tac_of
from engine.handsets.resolve import needs_detector, resolve_by_detector, resolve_quickly
from engine.handsets.tables import HandsetTables
from engine.job import JobContext

EVENTS = "events"
HANDSET = "handset"
DETECTED_MOST = 1_000  # strings that are shown to the detector, the most frequent first: it takes 20 ms for one
EVERY_STRINGS = 20_000  # between two looks at whether the job was cancelled


@dataclass(frozen=True)
class PhoneTypes:
    """What the phone types of the logs are.

    ``handsets``: the phones by their number, in the order of the first phone type of each. ``numbers``: phone_type,
    handset (its number); tablets, watches, modems and the like have none, for they are not the customer's phone, nor
    has what names no device. ``unknown``: phone_type (a string, or a TAC for all IMEIs that begin with it), events;
    the most frequent first. ``events``: how many events each class of device has. ``spellings``: phone_type (as it
    stands in the logs), name (as in ``unknown``), of all that is unknown.
    """

    handsets: tuple[Handset, ...]
    numbers: pd.DataFrame
    unknown: pd.DataFrame
    events: dict[DeviceClass, int]
    spellings: pd.DataFrame


def resolve_phone_types(counts: pd.DataFrame, tables: HandsetTables, context: JobContext | None = None) -> PhoneTypes:
    """Resolve phone types, given with how many events each has (columns phone_type, events; each type once)."""
    context = context or JobContext()
    strings = counts[PHONE_TYPE].tolist()
    events = counts[EVENTS].tolist()
    found: list[Handset] = []
    for place, string in enumerate(strings):
        if place % EVERY_STRINGS == 0:
            context.progress(0.5 * place / len(strings), "Reading phone types")
        found.append(resolve_quickly(string, tables))
    _detect(found, events, tables, context)
    kinds = dict.fromkeys(DeviceClass, 0)
    for handset, count in zip(found, events, strict=True):
        kinds[handset.device_class] += count
    context.progress(1.0, "Phone types read")
    spellings = _spellings(strings, found)
    unknown = _unknown(spellings, dict(zip(strings, events, strict=True)))
    return PhoneTypes(*_numbered(strings, found), unknown, kinds, spellings)


def _detect(found: list[Handset], events: list[int], tables: HandsetTables, context: JobContext) -> None:
    """Let the detector resolve the most frequent of what the rest left unknown."""
    left = [place for place, handset in enumerate(found) if needs_detector(handset, tables)]
    texts: dict[str, int] = {}
    for place in left:
        texts[found[place].model] = texts.get(found[place].model, 0) + events[place]
    detected: dict[str, Handset] = {}
    chosen = sorted(texts, key=lambda text: (-texts[text], text))[:DETECTED_MOST]
    for place, text in enumerate(chosen):
        context.progress(0.5 + 0.5 * place / len(chosen), "Reading phone types")
        detected[text] = resolve_by_detector(Handset(UNKNOWN_MAKER, text), tables)
    for place in left:
        found[place] = detected.get(found[place].model, found[place])


def _numbered(strings: list[str], found: list[Handset]) -> tuple[tuple[Handset, ...], pd.DataFrame]:
    """Return the phones and each string's number among them."""
    numbers: dict[tuple[str, str], int] = {}
    phones: list[Handset] = []
    named, number = [], []
    for string, handset in sorted(zip(strings, found, strict=True), key=lambda each: each[0]):
        if handset == UNKNOWN_HANDSET or handset.device_class in NOT_THE_PHONE:
            continue
        own = numbers.setdefault((handset.maker, model_key(handset.model)), len(phones))
        if own == len(phones):
            phones.append(handset)
        named.append(string)
        number.append(own)
    table = pd.DataFrame({PHONE_TYPE: pd.Series(named, dtype="str"), HANDSET: pd.Series(number, dtype="int32")})
    return tuple(phones), table


def _spellings(strings: list[str], found: list[Handset]) -> pd.DataFrame:
    """Return the unknown strings, each with what could be given a name: its spelling, or of an IMEI its TAC."""
    names = [
        (string, handset.model or tac_of(numbered(string)))
        for string, handset in zip(strings, found, strict=True)
        if handset.maker == UNKNOWN_MAKER
    ]
    return pd.DataFrame([row for row in names if row[1]], columns=[PHONE_TYPE, NAME]).astype("str")


def _unknown(spellings: pd.DataFrame, events: dict[str, int]) -> pd.DataFrame:
    """Count the events of what could be given a name."""
    counts: dict[str, int] = {}
    for string, name in zip(spellings[PHONE_TYPE], spellings[NAME], strict=True):
        counts[name] = counts.get(name, 0) + events[string]
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    table = pd.DataFrame(rows, columns=[PHONE_TYPE, EVENTS])
    return table.astype({PHONE_TYPE: "str", EVENTS: "int64"})
