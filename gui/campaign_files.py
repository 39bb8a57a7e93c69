"""What a new campaign is made from: the parts, what was chosen for each, and what is still wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication

from engine.ads import read_logo
from engine.campaign_inputs import CampaignInputs
from engine.errors import CampaignFileError, InputError, SemblanceError
from engine.faces import photo_paths
from engine.handsets import read_tac_table
from engine.inventory.rights_table import read_rights
from engine.job import Job, JobContext
from engine.logs import ImportPlan
from engine.logs.sources import find_sources
from engine.passphrase import SHORTEST_PASSPHRASE, require_passphrase
from gui.openings import SUFFIX, NewCampaign

Part = Literal["inventory", "photos", "rights", "tacs", "logo", "target", "passphrase", "repeat"]
FOLDERS: tuple[Part, ...] = ("inventory", "photos")
OPTIONAL: tuple[Part, ...] = ("rights", "tacs", "logo")


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("campaign_files", text)


@dataclass
class CampaignFiles:
    """What was chosen so far beside the logs; ``problems`` says in words what is missing or wrong.

    ``places`` are the folders of photos, the rights to them, the operator's own table of TACs and the logo; ``wrong``
    is what a look at them found.
    """

    places: dict[Part, Path] = field(default_factory=dict)
    wrong: dict[Part, str] = field(default_factory=dict)
    keep_tables: bool = False
    template: str | None = None
    target: str = ""
    passphrase: str = ""
    repeat: str = ""

    def problems(self) -> dict[Part, str]:
        """Return a sentence for each part that is not right yet."""
        found: dict[Part, str] = {}
        for part in FOLDERS:
            if sentence := self._problem(part):
                found[part] = sentence
        if sentence := self._target_problem():
            found["target"] = sentence
        found |= {part: self.wrong[part] for part in OPTIONAL if self.wrong.get(part)}
        try:
            require_passphrase(self.passphrase)
        except CampaignFileError as error:
            found["passphrase"] = str(error)
        if "passphrase" not in found and self.repeat != self.passphrase:
            found["repeat"] = tr("The two passphrases differ. Type the same one twice.")
        return found

    def _problem(self, part: Part) -> str:
        folder = self.places.get(part)
        if folder is None:
            return missing_sentence(part)
        if not folder.exists():
            return tr("{name} is not there any more. Choose it again.").format(name=folder.name)
        return self.wrong.get(part, "")

    def _target_problem(self) -> str:
        if not Path(self.target.strip()).name:
            return tr("Choose where to save the campaign.")
        path = self.target_path()
        if path.exists():
            return tr("{name} is there already. Choose another name.").format(name=path.name)
        if not path.parent.is_dir():
            return tr("There is no folder {name}. Choose another one.").format(name=str(path.parent))
        return ""

    def target_path(self) -> Path:
        """Return where the campaign file goes, with the right ending."""
        path = Path(self.target.strip()).expanduser()
        return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

    def campaign(self, plan: ImportPlan) -> NewCampaign:
        """Return the whole, once there are no problems and the logs are enough."""
        path = self.target_path()
        inputs = CampaignInputs(
            plan, self.places["inventory"], self.places["photos"], self.template, path.stem,
            tacs=self.places.get("tacs"), keep_tables=self.keep_tables, logo=self.places.get("logo"),
            rights=self.places.get("rights"),
        )  # fmt: skip
        return NewCampaign(inputs, path, self.passphrase)


def missing_sentence(part: Part) -> str:
    """Say what is missing and what it is for."""
    return {
        "inventory": tr("Choose the folder with the campaign photos."),
        "photos": tr("Choose the folder with the customers' photos."),
    }.get(part, "")


@dataclass(frozen=True)
class Looked:
    """What a look at one place found: a sentence if it cannot be used, else nothing."""

    part: Part
    place: Path
    wrong: str


def looking_job(part: Part, place: Path) -> Job[Looked]:
    """Look whether a folder holds photos, and a file is a table of rights, of TACs, or a logo."""
    read: dict[Part, Callable[[Path], object]] = {"rights": read_rights, "tacs": read_tac_table, "logo": read_logo}

    def work(context: JobContext) -> Looked:
        context.check()
        wrong = ""
        if part in read:
            try:
                read[part](place)
            except SemblanceError as error:
                wrong = str(error)
        elif not pictures(place):
            wrong = tr("There is no photo in {name}. Choose the folder that holds them.").format(name=place.name)
        return Looked(part, place, wrong)

    return Job(tr("Looking at {name}").format(name=place.name), work)


def pictures(folder: Path) -> list[Path]:
    """Return the files in a folder that the campaign will try to read as photos."""
    try:
        return photo_paths(folder)
    except InputError:
        return []


@dataclass(frozen=True)
class Sorted:
    """Dropped paths: folders of photos by their place, and what may hold logs."""

    places: dict[Part, Path]
    others: list[Path]


def sorting_job(paths: Sequence[Path], places: dict[Part, Path]) -> Job[Sorted]:
    """Find the folders of photos among dropped paths, with what is in ``places`` there already."""

    def work(context: JobContext) -> Sorted:
        context.check()
        found = dict(places)
        return Sorted(found, take_photos(paths, found))

    return Job(tr("Looking at the files"), work)


def take_photos(paths: Sequence[Path], places: dict[Part, Path]) -> list[Path]:
    """Put dropped folders of photos into their places; return the paths that may hold logs.

    A folder with logs may have the folders of photos in it: these are taken, and it is returned.
    """
    others = []
    for path in paths:
        found = pictures(path) if path.is_dir() else []
        if found and not any(photo.parent == path for photo in found) and has_tables(path):
            take_photos([each for each in sorted(path.iterdir()) if each.is_dir() and pictures(each)], places)
            others.append(path)
        elif found:
            places[_folder_part(path, places)] = path
        else:
            others.append(path)
    return others


def has_tables(folder: Path) -> bool:
    """Whether a folder holds a file that may be a log."""
    try:
        return bool(find_sources(folder))
    except InputError:
        return False


def _folder_part(folder: Path, places: dict[Part, Path]) -> Part:
    name = folder.name.lower()
    if "customer" in name or name == "photos":
        return "photos"
    return "inventory" if "inventory" in name or "campaign" in name or "inventory" not in places else "photos"


Strength = Literal["short", "weak", "fair", "strong"]


def strength(passphrase: str) -> Strength:
    """Judge a passphrase by length and variety; a hint, for nothing is sent anywhere to be compared."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return "short"
    kinds = sum(
        any(test(letter) for letter in passphrase)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    score = len(passphrase) + 3 * kinds if len(set(passphrase)) > len(passphrase) // 2 else len(set(passphrase))
    return "weak" if score < 16 else "fair" if score < 22 else "strong"
