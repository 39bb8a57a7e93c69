"""The one way to the files that come with the program, and to the places it may write to."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from engine.errors import ModelError

ROOT = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent))


def resource(*parts: str) -> Path:
    """Return the path of a file or folder under resources/."""
    return ROOT.joinpath("resources", *parts)


def _place(environment: str, windows: str, mac: str, linux: str) -> Path:
    """Return this person's folder for the program, by the custom of the system; made if missing."""
    chosen = os.environ.get(environment)
    if chosen:
        folder = Path(chosen)
    elif sys.platform == "win32":
        folder = Path(os.environ.get(windows, Path.home())) / "Semblance"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / mac / "Semblance"
    else:
        default = {"XDG_CACHE_HOME": ".cache", "XDG_DATA_HOME": ".local/share"}[linux]
        folder = Path(os.environ.get(linux) or Path.home() / default) / "semblance"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_dir() -> Path:
    """Return the folder for what can be made again (SEMBLANCE_CACHE overrides)."""
    return _place("SEMBLANCE_CACHE", "LOCALAPPDATA", "Caches", "XDG_CACHE_HOME")


def data_dir() -> Path:
    """Return the folder for what should stay, such as the demo campaign (SEMBLANCE_DATA overrides)."""
    return _place("SEMBLANCE_DATA", "APPDATA", "Application Support", "XDG_DATA_HOME")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_model(name: str) -> Path:
    """Return the path of a small model in resources/models after comparing it with SHA256SUMS.

    Raises ModelError if the model is missing or was altered.
    """
    path = resource("models", name)
    lines = resource("models", "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    expected = {file: digest for digest, file in (line.split() for line in lines if line)}
    if not path.is_file():
        raise ModelError(f"The model {name} is missing from the program. Install Semblance again.")
    if expected.get(name) != sha256_of(path):
        raise ModelError(f"The model {name} is not the one this program was built with. Install Semblance again.")
    return path
