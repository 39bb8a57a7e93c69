"""One campaign in one encrypted file."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import apsw

from engine.campaign import documents, encrypted, erased, photos, renewal, schema, tables
from engine.campaign.consent import Consent
from engine.campaign.encrypted import select
from engine.campaign.erased import Erased
from engine.campaign.inventory import Inventory
from engine.campaign.judgements import Judgements
from engine.campaign.records import Event, FaceChoice, Role, StoredMatch, StoredPhoto
from engine.columns import CONTACT
from engine.errors import CampaignFileError, WrongPassphraseError
from engine.passphrase import require_passphrase

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
        self._depth = 0
        self._erased = False
        # On POSIX, closing any descriptor of a file drops all locks on it: this one lives as long as SQLite's own.
        self._raw = path.open("rb", buffering=0)
        self._start = encrypted.read_start(self._raw)

    @classmethod
    def create(cls, path: Path, passphrase: str, *, name: str, is_demo: bool = False) -> Self:
        """Make a new campaign file. Raises CampaignFileError for a poor passphrase, or if that name is taken."""
        require_passphrase(passphrase, is_demo=is_demo)
        path = Path(path)
        encrypted.reserve(path)
        try:
            with ExitStack() as unfinished, encrypted.explained(path.name):
                connection = encrypted.connect(path, passphrase)
                unfinished.callback(connection.close)
                encrypted.format_file(connection)
                encrypted.settle(connection)
                with encrypted.whole(connection):
                    schema.migrate(connection, path.name)
                    rows = {"name": name, "is_demo": str(int(is_demo)), "created_on": date.today().isoformat()}
                    connection.executemany("INSERT INTO property VALUES (?, ?)", list(rows.items()))
                    connection.pragma("application_id", schema.APPLICATION_ID)
                campaign = cls(path, connection, passphrase)
                unfinished.pop_all()
        except BaseException:
            encrypted.remove(path)
            raise
        return campaign

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Open a campaign file, and bring one of an older version up to date.

        Raises WrongPassphraseError, and CampaignFileError if the file is missing, of another kind, damaged, of a newer
        version, write-protected or open elsewhere.
        """
        path = Path(path)
        if not path.is_file():
            raise CampaignFileError(f"There is no file “{path.name}” in “{path.parent}”. Choose another file.")
        if not passphrase:
            raise WrongPassphraseError(f"“{path.name}” needs its passphrase. Type it.")
        with ExitStack() as unfinished, encrypted.explained(path.name):
            connection = encrypted.connect(path, passphrase)
            unfinished.callback(connection.close)
            if connection.readonly("main"):
                raise CampaignFileError(encrypted.WRITE_PROTECTED.format(name=path.name))
            encrypted.unlock(connection, path)
            campaign = cls(path, connection, passphrase)
            unfinished.callback(campaign.close)
            if campaign._start[encrypted.HEADER_AT :] != encrypted.HEADER:
                raise CampaignFileError(encrypted.FOREIGN.format(name=path.name))
            if connection.pragma("application_id") != schema.APPLICATION_ID:
                raise CampaignFileError(encrypted.FOREIGN.format(name=path.name))
            encrypted.settle(connection)
            schema.migrate(connection, path.name)
            unfinished.pop_all()
        return campaign

    def close(self) -> None:
        """Write everything into the one file and let go of it. A second call does nothing."""
        with self._lock:
            self._connection.close()
            self._raw.close()

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
            if self._depth:
                self._require_transaction()
            self._depth += 1
            try:
                with encrypted.whole(connection):
                    yield
                    self._require_transaction()
            finally:
                self._depth -= 1
            if self._erased and not self._depth:
                self._clear_traces()

    def _clear_traces(self) -> None:
        """Cut what was erased out of the write-ahead log too."""
        try:
            encrypted.empty_log(self._connection)
        except apsw.Error as error:
            raise CampaignFileError(
                f"It is erased, but its last encrypted traces could not be cleared out of “{self.path.name}-wal” "
                f"({error}). Free some space on the disk, then close the campaign and open it again."
            ) from error
        self._erased = False

    def _require_transaction(self) -> None:
        """Raise CampaignFileError if SQLite gave up the whole transaction, as it does when the disk is full."""
        if not self._connection.in_transaction:
            raise CampaignFileError(
                f"A part of this could not be saved, so “{self.path.name}” stays as it was. Try again."
            )

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self.transaction():
            yield self._connection

    # what the campaign is

    @cached_property
    def _properties(self) -> dict[str, str]:
        with self._held() as connection:
            return dict(select(connection, "SELECT name, value FROM property"))

    @property
    def name(self) -> str:
        """The campaign's name as its maker gave it."""
        return self._properties["name"]

    @property
    def is_demo(self) -> bool:
        """Whether the customers are simulated."""
        return self._properties["is_demo"] == "1"

    @property
    def created_on(self) -> date:
        """The day the file was made."""
        return date.fromisoformat(self._properties["created_on"])

    # documents and tables

    def write_document(self, name: str, text: str) -> None:
        """Keep a text, usually JSON, in the place of an earlier one of that name."""
        with self._writing() as connection:
            documents.write_document(connection, name, text)

    def read_document(self, name: str) -> str | None:
        """Return the text of that name, or None."""
        with self._held() as connection:
            return documents.read_document(connection, name)

    def erase_document(self, name: str) -> None:
        """Remove the text of that name, if there is one, for good."""
        with self._writing() as connection:
            documents.erase_document(connection, name)
            self._erased = True

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
        """Keep what was read from which file, in the place of what was kept before."""
        with self._writing() as connection:
            documents.write_records(connection, "log_file", [dataclasses.asdict(report) for report in reports])

    def files(self) -> tuple[FileReport, ...]:
        """Return what was read from which file, in the order written."""
        from engine.logs import FileReport

        with self._held() as connection:
            return tuple(FileReport(**record) for record in documents.read_records(connection, "log_file"))

    def write_offers(self, offers: Sequence[Offer]) -> None:
        """Keep the offer catalogue, in the place of the one kept before."""
        with self._writing() as connection:
            documents.write_records(connection, "offer", [dataclasses.asdict(offer) for offer in offers])

    def offers(self) -> tuple[Offer, ...]:
        """Return the offer catalogue in its order."""
        from engine.offers import Offer

        with self._held() as connection:
            return tuple(Offer(**record) for record in documents.read_records(connection, "offer"))

    def write_template(self, family: str, files: Mapping[str, bytes]) -> None:
        """Keep a family of ad templates, in the place of one of that name. Raises ValueError for an odd file name."""
        with self._writing() as connection:
            documents.write_template(connection, family, files)

    def template_families(self) -> tuple[str, ...]:
        """Return the names of the template families kept here, in the order of the alphabet."""
        with self._held() as connection:
            return documents.template_families(connection)

    def unpack_template(self, family: str, folder: Path) -> None:
        """Write a template family into a folder, made if missing. Raises KeyError if the family is not kept here."""
        with self._held() as connection:
            files = documents.read_template(connection, family)
        documents.unpack(files, Path(folder))

    # consent, photos, look-alikes

    def record_consent(self, consent: Consent) -> None:
        """Keep a customer's consent; a withdrawn one erases the photo, face, look-alikes and choices.

        It takes the customer out of the circles too, their own and those of others.
        Raises ConsentError if the customer withdrew after the day this consent was given.
        """
        with self._writing() as connection:
            photos.record_consent(connection, consent)
            if consent.withdrawn_on is not None:
                photos.erase_photo(connection, consent.customer)
                tables.erase_from_tables(connection, consent.customer, having=CONTACT)
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

    def withdrawn_consents(self) -> tuple[Consent, ...]:
        """Return the consents that were withdrawn, in the order of the customers."""
        with self._held() as connection:
            return photos.read_withdrawn(connection)

    def add_photo(self, photo: StoredPhoto, *, on: date | None = None) -> bool:
        """Keep a photo in the place of an earlier one with its key or of its customer.

        What was said of another picture is forgotten; returns whether there was any such thing.
        Raises ConsentError for a customer whose consent does not hold ``on`` that day (today, if not given).
        """
        with self._writing() as connection:
            return photos.add_photo(connection, photo, on or date.today())

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

    def clear_matches(self) -> None:
        """Forget everybody's look-alikes."""
        with self._writing() as connection:
            photos.clear_matches(connection)

    def matches(self, customer: str) -> tuple[StoredMatch, ...]:
        """Return a customer's look-alikes, the nearest first."""
        with self._held() as connection:
            return photos.read_matches(connection, customer)

    def matched_customers(self) -> tuple[str, ...]:
        """Return the customers that have look-alikes, in the order of the alphabet."""
        with self._held() as connection:
            return photos.matched_customers(connection)

    def all_matches(self) -> dict[str, tuple[StoredMatch, ...]]:
        """Return the look-alikes of everybody who has any, the nearest first, by customer."""
        with self._held() as connection:
            return photos.all_matches(connection)

    def nearest_matches(self) -> tuple[StoredMatch, ...]:
        """Return each matched customer's nearest look-alike, in the order of the customers."""
        with self._held() as connection:
            return photos.nearest_matches(connection)

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory's files, thumbnails, looks, rights and bans."""
        return Inventory(self._held, self._writing)

    @cached_property
    def judgements(self) -> Judgements:
        """What the designer answered in the teaching, and the versions of what was learnt."""
        return Judgements(self._held, self._writing)

    def choose_face(self, choice: FaceChoice, *, on: date | None = None) -> None:
        """Keep whose look-alike a customer's ad bears, and which one.

        Raises ConsentError unless the contact's own consent holds ``on`` that day (today, if not given).
        """
        with self._writing() as connection:
            photos.choose_face(connection, choice, on or date.today())

    def forget_face_choice(self, customer: str) -> None:
        """Take a choice back: what holds for the campaign holds for the customer again."""
        with self._writing() as connection:
            photos.forget_face_choice(connection, customer)

    def face_choice(self, customer: str) -> FaceChoice | None:
        """Return the designer's choice for a customer, or None where there is none."""
        with self._held() as connection:
            return photos.face_choice(connection, customer)

    def face_choices(self) -> tuple[FaceChoice, ...]:
        """Return all choices, in the order of the customers."""
        with self._held() as connection:
            return photos.face_choices(connection)

    # the campaign's own history

    def note_event(self, text: str, seconds: float) -> None:
        """Note what was done just now and how long it took."""
        with self._writing() as connection:
            documents.note_event(connection, text, seconds)

    def events(self) -> tuple[Event, ...]:
        """Return what was done, the oldest first."""
        with self._held() as connection:
            return documents.read_events(connection)

    # the whole file

    def mark_made(self) -> None:
        """Note that all that is here now was made by the run, not by a person."""
        with self._writing() as connection:
            renewal.mark_made(connection)

    def replace_results(self, fresh: Campaign) -> None:
        """Put what a new run made into the place of what an earlier one did; all that a person did here stays."""
        with self._writing() as connection, fresh._held() as source:
            renewal.replace_results(connection, source)
            self._erased = True

    def take_inventory(self, earlier: Campaign) -> None:
        """Take the inventory over from another campaign, as far as its files are known; this one must have none."""
        with self._writing() as connection, earlier._held() as source:
            renewal.take_inventory(connection, source)

    def erase_customer(self, customer: str) -> None:
        """Remove everything about a customer: rows, photo, face, consent, mentions in texts, and as a contact.

        The kept tables go altogether, and a digest stays so that a new run leaves the customer out. Copies made by
        ``backup`` and files exported earlier are out of reach.
        """
        from engine.logs.cache import KEY, delete_tables

        with self._writing() as connection:
            photos.erase_photo(connection, customer)
            photos.erase_consent(connection, customer)
            tables.erase_from_tables(connection, customer)
            documents.erase_events(connection, tables.mentions(customer))
            documents.write_document(connection, erased.DOCUMENT, self.erased.with_customer(customer).to_json())
            documents.erase_document(connection, KEY)
            self._erased = True
        delete_tables(self.path)

    @property
    def erased(self) -> Erased:
        """Who was erased, as digests."""
        return Erased.from_json(self.read_document(erased.DOCUMENT))

    def check(self) -> None:
        """Read the whole file. Raises CampaignFileError if a part of it is not as it was written."""
        with self._held() as connection:
            if encrypted.read_start(self._raw) != self._start or not encrypted.is_sound(connection):
                raise CampaignFileError(encrypted.DAMAGED.format(name=self.path.name))

    def backup(self, path: Path) -> None:
        """Write a copy under the same passphrase.

        Raises CampaignFileError, and leaves nothing behind, if the name is taken or the disk is full.
        """
        with self._held() as connection:
            encrypted.copy_to(connection, Path(path), self._passphrase)
