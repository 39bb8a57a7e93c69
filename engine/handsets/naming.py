"""Names that the designer gives to phone types which nothing else resolves."""

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from engine.columns import UNKNOWN_MAKER
from engine.errors import CampaignFileError, InputError, PlaceError
from engine.handsets.handset import DeviceClass, Handset, model_key, numbered, tac_of
from engine.handsets.table_text import LONGEST, delimiter_of, table_text

if TYPE_CHECKING:
    from engine.campaign import Campaign

NAMES, NAMES_USED = "handset_names", "handset_names_used"  # documents: as given, and as the last run had them


@dataclass(frozen=True)
class NamedHandset:
    """A phone-type string or a TAC, and what the designer says it is."""

    phone_type: str
    maker: str
    model: str
    device_class: DeviceClass = DeviceClass.PHONE


@dataclass(frozen=True)
class NamedHandsets:
    """The names given so far, in the order of their phone types. It is saved with the campaign."""

    entries: tuple[NamedHandset, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[NamedHandset]) -> NamedHandsets:
        """Return names that were checked; of two for one phone type the later one counts."""
        by_key = {model_key(entry.phone_type): entry for entry in entries}
        return cls(tuple(sorted(by_key.values(), key=lambda each: each.phone_type)))

    def named(self, phone_type: str, maker: str, model: str, device_class: DeviceClass) -> NamedHandsets:
        """Return the names with one more, or another one, for a string, a TAC or the TAC of an IMEI.

        Raises InputError if the phone type has neither letter nor digit, or the maker is empty.
        """
        return self.of((*self.entries, _checked(phone_type, maker, model, device_class)))

    def without(self, phone_type: str) -> NamedHandsets:
        """Return the names without that of a string or a TAC."""
        return NamedHandsets(tuple(one for one in self.entries if model_key(one.phone_type) != model_key(phone_type)))

    def handset(self, phone_type: str) -> Handset | None:
        """Return what was said of a string or a TAC, or None."""
        found = self._by_key.get(model_key(phone_type))
        return None if found is None else Handset(found.maker, found.model, found.device_class)

    @functools.cached_property
    def _by_key(self) -> Mapping[str, NamedHandset]:
        return {model_key(entry.phone_type): entry for entry in self.entries}

    def joined(self, others: NamedHandsets) -> NamedHandsets:
        """Return the names with others, which go before those that are there."""
        return self.of((*self.entries, *others.entries))

    def differing(self, others: NamedHandsets) -> int:
        """Count the phone types that are named here or there, and not alike."""
        return len({each.phone_type for each in set(self.entries) ^ set(others.entries)})

    def to_json(self) -> str:
        """Return the names as JSON text."""
        return json.dumps([asdict(entry) for entry in self.entries], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> NamedHandsets:
        """Return the names that ``to_json`` wrote. Raises CampaignFileError if the text is something else."""
        try:
            return cls.of(
                _checked(row["phone_type"], row["maker"], row["model"], DeviceClass(row["device_class"]))
                for row in json.loads(text)
            )
        except (ValueError, KeyError, TypeError, AttributeError, InputError) as error:
            raise CampaignFileError(
                "The names given to unknown handsets cannot be read from the campaign. Restore a backup of it."
            ) from error

    def write_csv(self, path: Path) -> None:
        """Write the names as CSV in UTF-8. Raises PlaceError if the file cannot be written."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(field.name for field in fields(NamedHandset))
                writer.writerows((one.phone_type, one.maker, one.model, one.device_class) for one in self.entries)
        except OSError as error:
            raise PlaceError.of(error, path) from error

    @classmethod
    def read_csv(cls, path: Path) -> NamedHandsets:
        """Read the names that ``write_csv`` wrote, perhaps saved again by a spreadsheet.

        Raises InputError, naming the line, for anything else and for two names of one phone type, PlaceError if the
        file cannot be read.
        """
        text = table_text(path, "list of handset names")
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        wanted = [field.name for field in fields(NamedHandset)]
        entries: dict[str, NamedHandset] = {}
        try:
            if missing := [name for name in wanted if name not in (lines.fieldnames or ())]:
                found = ", ".join(lines.fieldnames or ())[:LONGEST] or "nothing"
                raise InputError(f'{path.name} lacks the column "{missing[0]}" of handset names. Found: {found}.')
            for row in lines:
                phone_type, maker, model, word = (row[name] or "" for name in wanted)
                named = _checked(phone_type, maker, model, _class(word))
                if entries.setdefault(model_key(named.phone_type), named) != named:
                    raise InputError(f'"{phone_type[:40]}" has another name further up. Delete one of the two rows.')
        except (csv.Error, InputError) as error:
            line = lines.reader.line_num
            raise InputError(f"{path.name}, line {line}: {error}" if line > 1 else str(error)) from error
        return cls.of(entries.values())


def _checked(phone_type: str, maker: str, model: str, device_class: DeviceClass) -> NamedHandset:
    """Return a name for a phone type, an IMEI as its TAC. Raises InputError."""
    phone_type, maker, model = phone_type.strip(), maker.strip(), model.strip()
    digits = numbered(phone_type)
    tac = tac_of(digits)
    if not model_key(phone_type) or (digits and not tac):
        raise InputError(f'"{phone_type[:40]}" is no phone type: give its text, or the 8 digits of its TAC.')
    if not maker or maker == UNKNOWN_MAKER:
        raise InputError(f'Say who made "{phone_type[:40]}", or leave it without a name.')
    if max(len(phone_type), len(maker), len(model)) > LONGEST:
        raise InputError(f'The name for "{phone_type[:40]}" is too long: at most {LONGEST} signs.')
    return NamedHandset(tac or phone_type, maker, model, device_class)


def _class(word: str) -> DeviceClass:
    """Return the device class of a word in a list of names."""
    try:
        return DeviceClass(word.strip().lower())
    except ValueError as error:
        known = ", ".join(DeviceClass)
        raise InputError(f'"{word[:40]}" is no device class. Write one of: {known}.') from error


def read_names(campaign: Campaign, document: str = NAMES) -> NamedHandsets:
    """Return the names that a campaign keeps."""
    text = campaign.read_document(document)
    return NamedHandsets() if text is None else NamedHandsets.from_json(text)


def write_names(campaign: Campaign, names: NamedHandsets, document: str = NAMES) -> None:
    """Keep names in a campaign, in the place of the earlier ones."""
    campaign.write_document(document, names.to_json())
