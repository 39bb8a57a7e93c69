"""What is known of single handsets beside the rules: by TAC, by model code, by the operator, by the designer."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.columns import MAKER, PHONE_TYPE
from engine.errors import InputError
from engine.handsets.handset import MODEL, DeviceClass, Handset, model_key
from engine.handsets.naming import NamedHandsets
from engine.handsets.play import Device, play_table
from engine.handsets.spelling import SAMSUNG_CODE, by_name, described
from engine.handsets.tacs import TacTable, read_tac_table
from engine.resources import resource


@dataclass(frozen=True)
class HandsetTables:
    """Known handsets. The operator's TACs go before the designer's names, these before everything else."""

    by_tac: Mapping[str, Handset] = field(default_factory=dict)
    by_type: Mapping[tuple[str, str], Handset] = field(default_factory=dict)  # by maker and model_key of type or model
    play: Mapping[str, Device] = field(default_factory=dict)  # by model_key of the code
    operator: TacTable = field(default_factory=TacTable)
    named: NamedHandsets = field(default_factory=NamedHandsets)

    def with_operator(self, operator: TacTable) -> HandsetTables:
        """Return the tables with an operator's own TACs."""
        return replace(self, operator=operator)

    def with_names(self, named: NamedHandsets) -> HandsetTables:
        """Return the tables with the names that the designer gave."""
        return replace(self, named=named)

    def settled(self, handset: Handset) -> Handset:
        """Return the handset under the name that a table has for it, if one has it and the maker agrees."""
        code = SAMSUNG_CODE.fullmatch(handset.model)
        for text in (handset.model, *(code.groups() if code else ())):
            known = self.by_type.get((handset.maker, model_key(text)))
            if known is not None:
                return known
        maker, name = self.play.get(model_key(handset.model), ("", ""))
        if maker != handset.maker:
            return handset
        if handset.device_class is DeviceClass.FEATURE_PHONE:  # the list has Android devices only
            handset = replace(handset, device_class=DeviceClass.PHONE)
        if not name:
            return handset
        return self.by_type.get((maker, model_key(name))) or described(maker, name, otherwise=handset.device_class)


def read_handset_tables(
    tacs: Path, phone_types: Path | None = None, *, play: Mapping[str, Device] | None = None
) -> HandsetTables:
    """Read the table of TACs (columns tac, maker, model) and, if given, of phone types (phone_type, maker, model).

    Phone types may have the year of launch (launched). Makers and models go through the rules, so that an IMEI and a
    string of the same phone come to the same handset. Raises InputError if a file is missing or lacks a column.
    """
    by_type: dict[tuple[str, str], Handset] = {}
    for phone_type, maker, model, launched in _table(phone_types, PHONE_TYPE) if phone_types else ():
        handset = by_name(maker, model)
        handset = replace(handset, launched=int(launched) if launched else handset.launched)
        code = SAMSUNG_CODE.fullmatch(phone_type)
        for name in (phone_type, by_name(maker, phone_type).model, handset.model, *(code.groups() if code else ())):
            by_type.setdefault((handset.maker, model_key(name)), handset)
    names = HandsetTables(by_type=by_type)
    by_tac = {tac: names.settled(by_name(maker, model)) for tac, maker, model, _ in _table(tacs, "tac")}
    return HandsetTables(by_tac, by_type, play or {})


@functools.cache
def default_tables() -> HandsetTables:
    """Return the tables that come with the program."""
    own = read_handset_tables(resource("handsets", "tac.csv"), resource("handsets", "phone_types.csv"))
    return replace(own, play=play_table())


def tables_with(tacs: Path | None, named: NamedHandsets) -> HandsetTables:
    """Return the program's tables with an operator's own TACs, if given, and the designer's names.

    Raises InputError or PlaceError if the file of TACs cannot be used.
    """
    tables = default_tables().with_names(named)
    return tables if tacs is None else tables.with_operator(read_tac_table(tacs))


def _table(path: Path, first: str) -> Iterable[tuple[str, str, str, str]]:
    """Yield the rows of a table of handsets: the first column, maker, model, launched."""
    if not path.is_file():
        raise InputError(f"The table of handsets {path} is missing. Install Semblance again, or give another table.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in (first, MAKER, MODEL) if name not in (reader.fieldnames or [])]
        if missing:
            found = ", ".join(reader.fieldnames or ["nothing"])
            raise InputError(f'The table of handsets {path.name} lacks the column "{missing[0]}". Found: {found}.')
        for row in reader:
            yield row[first].strip(), row[MAKER].strip(), row[MODEL].strip(), (row.get("launched") or "").strip()
