"""One campaign in one encrypted file."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

import apsw

from engine.campaign import encrypted, photos, schema, tables
from engine.campaign.consent import Consent
from engine.campaign.encrypted import select
from engine.campaign.records import Event, Role, StoredMatch, StoredPhoto
from engine.errors import CampaignFileError, WrongPassphraseError

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.logs import FileReport
    from engine.offers import Offer


class Campaign:
    """An open campaign file. Window and job may share it: each call, each transaction waits for the other's end.

    Every method raises CampaignFileError with a sentence if the disk is full, the file is damaged or out of reach.
    """

    def __init__(self, path: Path, connection: apsw.Connection, passphrase: str) -> None:
        self.path = path
        self._connection = connection
        self._passphrase = passphrase
        self._lock = threading.RLock()
        self._erased = False
        # Closing any other descriptor of the file would drop SQLite's lock on POSIX, so this one lives as long.
        self._header = path.open("rb")

    @classmethod
    def create(cls, path: Path, passphrase: str, *, name: str, is_demo: bool = False) -> Self:
        """Make a new campaign file. Raises CampaignFileError if something of that name is there."""
        if not passphrase:
            raise CampaignFileError(
                "The passphrase is empty. Choose one: without it the campaign could not be encrypted."
            )
        path = Path(path)
        encrypted.reserve(path)
        try:
            with encrypted.explained(path.name):
                connection = encrypted.connect(path, passphrase)
                connection.pragma("page_size", encrypted.PAGE_SIZE)
                connection.pragma("auto_vacuum", "full")
                connection.pragma("application_id", schema.APPLICATION_ID)
                encrypted.settle(connection)
                schema.migrate(connection, path.name)
            campaign = cls(path, connection, passphrase)
            with campaign.transaction():
                for key, value in (
                    ("name", name), ("is_demo", str(int(is_demo))), ("created_on", date.today().isoformat()),
                ):  # fmt: skip
                    connection.execute("INSERT INTO property VALUES (?, ?)", (key, value))
        except BaseException:
            with suppress(UnboundLocalError):
                connection.close()
            for left in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-journal")):
                left.unlink(missing_ok=True)
            raise
        return campaign

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Open a campaign file. Raises WrongPassphraseError, and CampaignFileError for every other reason."""
        path = Path(path)
        if not path.is_file():
            raise CampaignFileError(f"There is no file “{path.name}” in “{path.parent}”. Choose another file.")
        if not passphrase:
            raise WrongPassphraseError(f"“{path.name}” needs its passphrase. Type it.")
        with encrypted.explained(path.name):
            connection = encrypted.connect(path, passphrase)
        try:
            encrypted.unlock(connection, path)
            with encrypted.explained(path.name):
                if connection.readonly("main"):
                    raise CampaignFileError(encrypted.write_protected(path.name))
                if connection.pragma("application_id") != schema.APPLICATION_ID:
                    raise CampaignFileError(f"“{path.name}” is not a campaign file. Choose another file.")
                encrypted.settle(connection)
                schema.migrate(connection, path.name)
                return cls(path, connection, passphrase)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Write everything into the one file and let go of it. A second call does nothing."""
        with self._lock:
            self._connection.close()
            self._header.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @contextmanager
    def _held(self) -> Iterator[apsw.Connection]:
        with self._lock, encrypted.explained(self.path.name):
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside all or nothing; may be nested, and holds up other threads meanwhile."""
        with self._held() as connection:
            if connection.in_transaction:
                with connection:
                    yield
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if self._erased:
                connection.pragma("wal_checkpoint(truncate)")
                self._erased = False

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self.transaction():
            yield self._connection

    # what the campaign is

    def _property(self, name: str) -> str:
        with self._held() as connection:
            row = connection.execute("SELECT value FROM property WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise CampaignFileError(encrypted.damaged(self.path.name))
        return str(row[0])

    @property
    def name(self) -> str:
        """The campaign's name as its maker gave it."""
        return self._property("name")

    @property
    def is_demo(self) -> bool:
        """Whether the campaign shows simulated customers."""
        return self._property("is_demo") == "1"

    @property
    def created_on(self) -> date:
        """The day the file was made."""
        return date.fromisoformat(self._property("created_on"))

    # documents and tables

    def write_document(self, name: str, text: str) -> None:
        """Keep a text, usually JSON, in the place of an earlier one of that name."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO document VALUES (?, ?)", (name, text))

    def read_document(self, name: str) -> str | None:
        """Return the text of that name, or None."""
        with self._held() as connection:
            row = connection.execute("SELECT text FROM document WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def write_table(self, name: str, table: pa.Table) -> None:
        """Keep a table in the place of an earlier one of that name."""
        with self._writing() as connection:
            tables.write_table(connection, name, table)

    def read_table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table | None:
        """Return the table of that name, or only some columns of it; None if there is none."""
        with self._held() as connection:
            return tables.read_table(connection, name, columns)

    # files, offers, templates

    def write_files(self, reports: Sequence[FileReport]) -> None:
        """Keep what was read from which log file."""
        self._write_records("log_file", [dataclasses.asdict(report) for report in reports])

    def files(self) -> tuple[FileReport, ...]:
        """Return what was read from which log file, in the order written."""
        from engine.logs import FileReport

        return tuple(FileReport(**record) for record in self._records("log_file"))

    def write_offers(self, offers: Sequence[Offer]) -> None:
        """Keep the offer catalogue."""
        self._write_records("offer", [dataclasses.asdict(offer) for offer in offers])

    def offers(self) -> tuple[Offer, ...]:
        """Return the offer catalogue in its order."""
        from engine.offers import Offer

        return tuple(Offer(**record) for record in self._records("offer"))

    def _write_records(self, table: str, records: Sequence[Mapping[str, object]]) -> None:
        rows = [(number, json.dumps(record, ensure_ascii=False)) for number, record in enumerate(records)]
        with self._writing() as connection:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608

    def _records(self, table: str) -> list[dict[str, Any]]:
        with self._held() as connection:
            rows = select(connection, f"SELECT record FROM {table} ORDER BY position")  # noqa: S608
        return [json.loads(record) for (record,) in rows]

    def write_template(self, family: str, files: Mapping[str, bytes]) -> None:
        """Keep a family of ad templates in the place of an earlier one of that name.

        Raises ValueError if a file name is not a plain relative one.
        """
        for name in files:
            _require_inner(name)
        with self._writing() as connection:
            connection.execute("DELETE FROM template_file WHERE family = ?", (family,))
            rows = [(family, name, data) for name, data in files.items()]
            connection.executemany("INSERT INTO template_file VALUES (?, ?, ?)", rows)

    def template_families(self) -> tuple[str, ...]:
        """Return the names of the template families kept here."""
        with self._held() as connection:
            rows = select(connection, "SELECT DISTINCT family FROM template_file ORDER BY family")
        return tuple(family for (family,) in rows)

    def unpack_template(self, family: str, folder: Path) -> None:
        """Write the files of a template family into a folder, which is made if missing.

        Raises KeyError if the family is not kept here.
        """
        with self._held() as connection:
            rows = select(connection, "SELECT name, data FROM template_file WHERE family = ?", (family,))
        if not rows:
            raise KeyError(family)
        for name, data in rows:
            _require_inner(name)
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    # consent, photos, look-alikes

    def record_consent(self, consent: Consent) -> None:
        """Keep a customer's consent; a withdrawn one erases the photo, face, look-alikes and choice.

        Raises ConsentError if the customer withdrew after the day this consent was given.
        """
        with self._writing() as connection:
            photos.record_consent(connection, consent)
            if consent.withdrawn_on is not None:
                photos.erase_photo(connection, consent.customer)
                self._erased = True

    def consent(self, customer: str) -> Consent | None:
        """Return a customer's consent record, withdrawn or not; None if there never was one."""
        with self._held() as connection:
            return photos.read_consent(connection, customer)

    def withdraw_consent(self, customer: str, on: date) -> None:
        """Erase a customer's photo, face, look-alikes and choice, and note the day; nothing if there is no consent."""
        with self.transaction():
            consent = self.consent(customer)
            if consent is not None:
                self.record_consent(dataclasses.replace(consent, withdrawn_on=on))

    def add_photo(self, photo: StoredPhoto, *, on: date | None = None) -> None:
        """Keep a photo in the place of an earlier one with its key or of its customer.

        Raises ConsentError for a customer whose consent does not hold ``on`` that day (today, if not given).
        """
        with self._writing() as connection:
            photos.add_photo(connection, photo, on or date.today())

    def photo(self, key: str) -> StoredPhoto:
        """Return the photo of that key. Raises KeyError if there is none."""
        with self._held() as connection:
            photo = photos.read_photo(connection, key)
        if photo is None:
            raise KeyError(key)
        return photo

    def photo_keys(self, role: Role) -> tuple[str, ...]:
        """Return the keys of the photos of that role, in the order of the alphabet."""
        with self._held() as connection:
            return photos.photo_keys(connection, role)

    def customer_photo(self, customer: str) -> StoredPhoto | None:
        """Return a customer's photo, or None."""
        with self._held() as connection:
            key = photos.customer_key(connection, customer)
            return None if key is None else photos.read_photo(connection, key)

    def write_matches(self, rows: Sequence[StoredMatch]) -> None:
        """Keep look-alikes in the place of the earlier ones of the same customers.

        Raises ValueError if a row names a customer without a photo here, or a photo that is not in the inventory.
        """
        with self._writing() as connection:
            photos.write_matches(connection, rows)

    def matches(self, customer: str) -> tuple[StoredMatch, ...]:
        """Return a customer's look-alikes, the nearest first."""
        with self._held() as connection:
            return photos.read_matches(connection, customer)

    def matched_customers(self) -> tuple[str, ...]:
        """Return the customers that have look-alikes, in the order of the alphabet."""
        with self._held() as connection:
            return photos.matched_customers(connection)

    def choose_face(self, customer: str, photo: str | None) -> None:
        """Keep the designer's pick for a customer; None goes back to the nearest."""
        with self._writing() as connection:
            photos.choose_face(connection, customer, photo)

    def chosen_face(self, customer: str) -> str | None:
        """Return the designer's pick for a customer, or None for the nearest."""
        with self._held() as connection:
            return photos.chosen_face(connection, customer)

    # the campaign's own history

    def note_event(self, text: str, seconds: float) -> None:
        """Note what was done just now and how long it took."""
        with self._writing() as connection:
            at = datetime.now(UTC).isoformat()
            connection.execute("INSERT INTO event (at, text, seconds) VALUES (?, ?, ?)", (at, text, float(seconds)))

    def events(self) -> tuple[Event, ...]:
        """Return what was done, the oldest first."""
        with self._held() as connection:
            rows = select(connection, "SELECT at, text, seconds FROM event ORDER BY number")
        return tuple(Event(datetime.fromisoformat(at), text, seconds) for at, text, seconds in rows)

    # the whole file

    def erase_customer(self, customer: str) -> None:
        """Remove everything about a customer: rows, photo, face, consent, and mentions in texts.

        Copies made by ``backup`` and files exported earlier are out of reach.
        """
        with self._writing() as connection:
            photos.erase_photo(connection, customer)
            connection.execute("DELETE FROM consent WHERE customer = ?", (customer,))
            tables.erase_from_tables(connection, customer)
            mention = re.compile(tables.mentions(customer))
            for number, text in select(connection, "SELECT number, text FROM event"):
                if mention.search(text):
                    connection.execute("DELETE FROM event WHERE number = ?", (number,))
            self._erased = True

    def check(self) -> None:
        """Read every page and compare what belongs together. Raises CampaignFileError if the file is damaged."""
        with self._held() as connection:
            connection.pragma("shrink_memory")  # pages in memory would hide what happened to those on the disk
            self._header.seek(encrypted.READABLE_AT)
            sound = self._header.read(len(encrypted.READABLE_HEADER)) == encrypted.READABLE_HEADER
            sound = sound and connection.pragma("integrity_check") == "ok"
            sound = sound and not select(connection, "PRAGMA foreign_key_check")
        if not sound:
            raise CampaignFileError(encrypted.damaged(self.path.name))

    def backup(self, path: Path) -> None:
        """Write a copy of the campaign, encrypted with the same passphrase.

        Raises CampaignFileError, and leaves nothing behind, if the name is taken or the disk is full.
        """
        path = Path(path)
        encrypted.reserve(path)
        copy: apsw.Connection | None = None
        try:
            with self._held() as connection, encrypted.explained(path.name):
                copy = encrypted.connect(path, self._passphrase)
                with copy.backup("main", connection, "main") as pages:
                    while not pages.done:
                        pages.step(256)
                copy.close()
        except BaseException:
            if copy is not None:
                copy.close(True)
            path.unlink(missing_ok=True)
            raise


def _require_inner(name: str) -> None:
    """Raise ValueError unless a file name stays inside the folder it is unpacked into."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        raise ValueError(f"not a plain file name: {name!r}")
