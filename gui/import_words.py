"""The words of the import: what files and columns hold, how they are written, and how sure that is."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from engine import columns
from engine.logs import FilePlan, Lack
from engine.logs.forms import EPOCH_MILLISECONDS, EPOCH_SECONDS, ISO
from engine.logs.layout import LAYOUTS, Kind
from gui import numbers
from gui.data_cards import kind_words

SURE, LIKELY = 0.85, 0.6
EXAMPLE = datetime(2026, 1, 31, 10, 5)


def tr(text: str) -> str:
    """Translate a phrase of the import."""
    return QCoreApplication.translate("import", text)


def role_words(role: str) -> str:
    """Say what a column is; a text of an ad goes by its own name."""
    words = {
        "": tr("Not used"),
        columns.CALLER: tr("Caller"),
        columns.CALLEE: tr("Called"),
        columns.TIME: tr("Time"),
        columns.CLOCK: tr("Time of day"),
        columns.SECONDS: tr("Length"),
        columns.CELL: tr("Cell"),
        columns.PHONE_TYPE: tr("Phone type, IMEI"),
        columns.KIND: tr("Call or message"),
        columns.CUSTOMER: tr("Customer"),
        columns.MEGABYTES: tr("Data volume"),
        columns.CATEGORY: tr("Kind of use"),
        columns.FIRST_NAME: tr("First name"),
        columns.RESIDENCE: tr("Residence"),
        columns.BIRTH_YEAR: tr("Birth year"),
        columns.SEX: tr("Sex"),
        columns.SINCE: tr("Customer since"),
        columns.LEFT_ON: tr("Left on"),
        columns.PHONE_SINCE: tr("Phone since"),
        columns.PHOTO_CONSENT: tr("Photo consent"),
        columns.OFFER: tr("Offer"),
        columns.OUTCOME: tr("Outcome"),
        columns.ASKED_ON: tr("Asked on"),
        columns.MARGIN: tr("Margin"),
        columns.COST: tr("Cost"),
        columns.NAME: tr("Name"),
        columns.MAKER: tr("Maker"),
        columns.LATITUDE: tr("Latitude"),
        columns.LONGITUDE: tr("Longitude"),
    }
    return words.get(role, role.replace("_", " ").capitalize())


def role_words_in(file: FilePlan, role: str) -> str:
    """Say what a column of a file is: where the clock stands in a column of its own, the other one is the day."""
    return tr("Day") if role == columns.TIME and file.place(columns.CLOCK) is not None else role_words(role)


def sure_words(confidence: float) -> str:
    """Say how sure something is that was found out."""
    return tr("Sure") if confidence >= SURE else tr("Likely") if confidence >= LIKELY else tr("Guess")


def sure_tip(confidence: float) -> str:
    """Say the number behind the word."""
    return tr("{number} of 1").format(number=numbers.decimal(confidence, 2))


def encoding_words(encoding: str) -> str:
    """Name an encoding as programs that save tables do."""
    words = {
        "utf-8": "UTF-8",
        "utf-16-le": "UTF-16",
        "utf-16-be": "UTF-16 BE",
        "cp1250": "Windows-1250",
        "iso-8859-2": "ISO 8859-2",
        "latin-1": "ISO 8859-1",
    }
    return words.get(encoding, encoding)


def delimiter_words(delimiter: str) -> str:
    """Name what stands between two fields."""
    words = {",": tr("Comma ,"), ";": tr("Semicolon ;"), "\t": tr("Tab"), "|": tr("Bar |")}
    return words.get(delimiter, delimiter)


def form_words(form: str) -> str:
    """Show how a time is written, by an example."""
    if form == ISO:
        return "2026-01-31 10:05"
    if form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        return tr("Seconds since 1970") if form == EPOCH_SECONDS else tr("Milliseconds since 1970")
    return EXAMPLE.strftime(form)


def missing_words(file: FilePlan, roles: list[str]) -> str:
    """Say which columns a file has not."""
    return _no_column(file.source.name, roles)


def _no_column(files: str, roles: list[str]) -> str:
    named = ", ".join(role_words(role).lower() for role in roles)
    return tr("{files} has no column for: {roles}.").format(files=files, roles=named)


def lack_words(lack: Lack, files: tuple[FilePlan, ...]) -> str:
    """Say what the files do not give, and what cannot be done without."""
    if not lack.role:
        return lack.sentence
    without = [file.source.name for file in files if file.kind == lack.kind and file.place(lack.role) is None]
    if lack.needed:
        return _no_column(", ".join(without), [lack.role])
    serves = next((each.serves for each in LAYOUTS[lack.kind].columns if each.name == lack.role), "")
    return tr("Without it, no {purpose}.").format(purpose=serves)


def lack_title(lack: Lack) -> str:
    """Name what is not there: a column or a kind of file."""
    return role_words(lack.role) if lack.role else kind_words(lack.kind)


def all_kinds() -> tuple[Kind, ...]:
    """Return the kinds in the order in which a person thinks of them."""
    return ("calls", "usage", "customers", "offers", "history", "cells")
