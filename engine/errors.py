"""The one family of errors: each carries a sentence for the person at the screen."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.logs import FileReport


class SemblanceError(Exception):
    """Something a person can act on. ``str(error)`` says what happened, where, and what to do."""


class InputError(SemblanceError):
    """A file, folder or value that was given cannot be used."""


class RejectsError(InputError):
    """So many rows of a file were set aside that a person has to agree; it brings them, to be looked at."""

    def __init__(self, question: str, files: Sequence[FileReport], rejects: pa.Table) -> None:
        super().__init__(f"{question} Correct the file, or start again with --accept-rejects.")
        self.files = tuple(files)
        self.rejects = rejects


class OccupiedError(InputError):
    """Files of these names are in a folder already, and were not overwritten; a person may want to replace them."""

    def __init__(self, files: Sequence[str], folder: Path) -> None:
        also = f" (and {len(files) - 1} more)" if len(files) > 1 else ""
        super().__init__(
            f"{files[0]}{also} is in {folder} already and is not overwritten. Choose another folder, or move it away."
        )
        self.files, self.folder = tuple(files), folder


class PhotoError(InputError):
    """A picture is broken, refused or too large."""


class NoFaceError(PhotoError):
    """Exactly one face was needed and the picture does not show it."""


class CameraError(SemblanceError):
    """A webcam is not there, is taken by another program, or stopped answering."""


class ModelError(SemblanceError):
    """A model file is missing or is not the one that is expected."""


class ConsentError(SemblanceError):
    """A customer's face would have been used without a valid consent record."""


class TemplateError(InputError):
    """An ad template breaks its contract."""


class CampaignFileError(SemblanceError):
    """The campaign file cannot be read or written."""


class WrongPassphraseError(CampaignFileError):
    """The passphrase does not open the campaign file."""


class WarehouseError(SemblanceError):
    """A warehouse cannot be reached or cannot answer."""


class PlaceError(SemblanceError):
    """Something could not be written or read where it should."""

    @classmethod
    def of(cls, error: OSError, place: Path, at: Path | None = None) -> PlaceError:
        """Say what a failed read or write at ``place`` means to a person; ``at`` names it, if the error does not."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return cls(f"The disk is full, so {place} was not written. Free some space and run the campaign again.")
        where = at or error.filename or place
        return cls(f"{where} cannot be used: {error.strerror or error}. Choose another place, or mend this one.")
