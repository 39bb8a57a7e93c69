"""Set up and start everything: python dev.py run | test | check | bench | screenshots | package.

Needs Python 3.11 and nothing else. It makes .venv, installs what the requirements files ask for (again only when they
change), prepares the FaceNet model once, and passes the rest of the command line on.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
DEMO_OUTPUT = ROOT / "demo-output"

# Shared libraries that Qt loads on Linux, and the Debian package that brings each
DRAWING_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def stop(sentence: str) -> None:
    """End with one sentence for the person at the terminal."""
    sys.exit(f"dev.py: {sentence}")


def say(sentence: str) -> None:
    """Tell what goes on."""
    print(f"dev.py: {sentence}", flush=True)


def use_python_311() -> None:
    """Go on under Python 3.11 if this is another version and 3.11 is there; otherwise say what to do."""
    if sys.version_info[:2] == (3, 11):
        return
    launcher = [["py", "-3.11"]] if sys.platform == "win32" else [["python3.11"]]
    for command in launcher:
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "-V"], capture_output=True, check=False).returncode == 0
        ):
            sys.exit(subprocess.run([*command, str(ROOT / "dev.py"), *sys.argv[1:]], check=False).returncode)
    version = ".".join(map(str, sys.version_info[:2]))
    stop(f"Semblance needs Python 3.11 and this is Python {version}. Install Python 3.11 and start dev.py with it.")


def make_environment() -> None:
    """Make .venv if it is missing."""
    if PYTHON.is_file():
        return
    say("making .venv")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout + made.stderr:
            stop("Python's venv module is incomplete. On Debian or Ubuntu: sudo apt-get install python3.11-venv")
        stop(f"could not make .venv: {(made.stderr or made.stdout).strip().splitlines()[-1]}")


def fingerprint(requirements: str) -> str:
    """Return what tells this state of a requirements file from another."""
    files = dict.fromkeys([ROOT / "requirements.txt", ROOT / requirements])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_installed(requirements: str) -> bool:
    """Whether .venv holds what a requirements file asks for now."""
    stamp = VENV / f"{requirements}.sha256"
    return stamp.is_file() and stamp.read_text() == fingerprint(requirements)


def install(requirements: str) -> None:
    """Install a requirements file into .venv unless it was installed before and has not changed since."""
    if is_installed(requirements) or is_installed("requirements-dev.txt"):
        return
    say(f"installing {requirements} (once; about 2.5 GB, some minutes)")
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",  # what is imported is compiled then; most of it never is
        "-r",
        str(ROOT / requirements),
    ]
    if subprocess.run(pip, check=False).returncode != 0:
        stop(f"pip could not install {requirements}; its message stands above. Check the connection and start again.")
    (VENV / f"{requirements}.sha256").write_text(fingerprint(requirements))


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Return the packages of those shared libraries that this Linux cannot load."""
    missing = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def require_libraries(libraries: dict[str, str]) -> None:
    """Stop, naming the packages, if Qt could not start here."""
    if sys.platform.startswith("linux") and (packages := missing_packages(libraries)):
        stop(
            f"Qt needs system libraries that are missing here. Install them: sudo apt-get install {' '.join(packages)}"
        )


def has_screen() -> bool:
    """Whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


def call(*arguments: str, screen: bool = False) -> int:
    """Run .venv's Python with these arguments in the project's folder; offscreen unless a screen is wanted."""
    environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, "PYTHONUTF8": "1"}
    if not screen:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment, check=False).returncode


def prepare_model() -> None:
    """Convert FaceNet's weights for ONNX Runtime, once."""
    if call("main.py", "prepare") != 0:
        stop("the FaceNet model could not be prepared; the reason stands above.")


def set_up(*, for_developers: bool) -> None:
    """Bring .venv and the model up to date."""
    make_environment()
    install("requirements-dev.txt" if for_developers else "requirements.txt")
    require_libraries(DRAWING_LIBRARIES)
    prepare_model()


def run(arguments: list[str]) -> int:
    """Open the window on the demo campaign; without a screen, do the same campaign in ./demo-output."""
    set_up(for_developers=False)
    if has_screen():
        require_libraries(SCREEN_LIBRARIES)
        say("opening the window; the first time, the demo is made there")
        return call("main.py", *(arguments or ["--demo"]), screen=True)
    if DEMO_OUTPUT.exists():
        stop(f"there is no screen here, and ./{DEMO_OUTPUT.name} holds an earlier demo. Remove it to make another.")
    say(f"there is no screen here, so the demo campaign goes without a window into ./{DEMO_OUTPUT.name}")
    return call("main.py", "campaign", "--demo", "--out", str(DEMO_OUTPUT), *arguments)


def test(arguments: list[str]) -> int:
    """Run every test, offscreen, on up to four cores."""
    set_up(for_developers=True)
    workers = str(min(os.cpu_count() or 1, 4))
    return call("-m", "pytest", "--numprocesses", workers, "--dist", "worksteal", *arguments)


def check(arguments: list[str]) -> int:
    """Run the linter, the formatter's check, the types and the house's import rules."""
    set_up(for_developers=True)
    steps = (
        ("-m", "ruff", "check", *arguments),
        ("-m", "ruff", "format", "--check"),
        ("-m", "mypy"),
        ("-m", "pytest", "--quiet", "tests/test_house.py"),
    )
    return max(call(*step) for step in steps)


def bench(arguments: list[str]) -> int:
    """Measure; the figures are printed, and written with --json F."""
    set_up(for_developers=True)
    return call("-m", "tests.benchmarks", *arguments)


def screenshots(arguments: list[str]) -> int:
    """Make the pictures of the README offscreen."""
    set_up(for_developers=False)
    return call("-m", "gui.screenshots", *arguments)


def package(arguments: list[str]) -> int:
    """Build the program that needs no Python, into dist/."""
    set_up(for_developers=True)
    return call("-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "pyinstaller.spec", *arguments)


COMMANDS = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "package": package,
}


def main() -> int:
    """Do the command that was asked for."""
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if command is None:
        print("usage: python dev.py " + " | ".join(COMMANDS))
        for name, function in COMMANDS.items():
            print(f"  {name:12} {(function.__doc__ or '').strip()}")
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    use_python_311()
    try:
        return command(sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
