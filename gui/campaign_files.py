"""What a new campaign is made from: the parts, what was chosen for each, and what is still wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication

from engine.campaign_inputs import CampaignInputs
from engine.errors import InputError
from engine.faces import photo_paths
from engine.logs import ImportPlan
from engine.logs.sources import find_sources
from gui.openings import SUFFIX, NewCampaign

Part = Literal["inventory", "photos", "target", "passphrase", "repeat"]
FOLDERS: tuple[Part, ...] = ("inventory", "photos")
SHORTEST_PASSPHRASE = 8


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("campaign_files", text)


@dataclass
class CampaignFiles:
    """What was chosen so far beside the logs; ``problems`` says in words what is missing or wrong."""

    folders: dict[Part, Path] = field(default_factory=dict)
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
        if len(self.passphrase) < SHORTEST_PASSPHRASE:
            found["passphrase"] = tr("Choose at least {count} characters.").format(count=SHORTEST_PASSPHRASE)
        elif self.repeat != self.passphrase:
            found["repeat"] = tr("The two passphrases differ. Type the same one twice.")
        return found

    def _problem(self, part: Part) -> str:
        folder = self.folders.get(part)
        if folder is None:
            return missing_sentence(part)
        if not folder.exists():
            return tr("{name} is not there any more. Choose it again.").format(name=folder.name)
        if not pictures(folder):
            return tr("There is no photo in {name}. Choose the folder that holds them.").format(name=folder.name)
        return ""

    def _target_problem(self) -> str:
        if not self.target.strip():
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
        inputs = CampaignInputs(plan, self.folders["inventory"], self.folders["photos"], self.template, path.stem)
        return NewCampaign(inputs, path, self.passphrase)


def missing_sentence(part: Part) -> str:
    """Say what is missing and what it is for."""
    return {
        "inventory": tr("Choose the folder with the campaign photos."),
        "photos": tr("Choose the folder with the customers' photos."),
    }.get(part, "")


def pictures(folder: Path) -> list[Path]:
    """Return the files in a folder that the campaign will try to read as photos."""
    try:
        return photo_paths(folder)
    except InputError:
        return []


def take_photos(paths: Sequence[Path], files: CampaignFiles) -> list[Path]:
    """Put dropped folders of photos where they belong; return the paths that may hold logs.

    A folder with logs may have the folders of photos in it: these are taken, and it is returned.
    """
    others = []
    for path in paths:
        found = pictures(path) if path.is_dir() else []
        if found and not any(photo.parent == path for photo in found) and has_tables(path):
            take_photos([each for each in sorted(path.iterdir()) if each.is_dir() and pictures(each)], files)
            others.append(path)
        elif found:
            files.folders[_folder_part(path, files)] = path
        else:
            others.append(path)
    return others


def has_tables(folder: Path) -> bool:
    """Whether a folder holds a file that may be a log."""
    try:
        return bool(find_sources(folder))
    except InputError:
        return False


def _folder_part(folder: Path, files: CampaignFiles) -> Part:
    name = folder.name.lower()
    if "customer" in name or name == "photos":
        return "photos"
    return "inventory" if "inventory" in name or "campaign" in name or "inventory" not in files.folders else "photos"


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
