"""Semblance: which phone offer wins which customer, shown by the face most like their own."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import warnings


def guard_streams() -> None:
    """Give the windowed program, which has no console, somewhere to write to."""
    if sys.stdout is None or sys.stderr is None:
        from engine.resources import cache_dir

        log = (cache_dir() / "console.log").open("a", buffering=1, encoding="utf-8", errors="replace")
        sys.stdout = sys.stdout or log
        sys.stderr = sys.stderr or log


def main(arguments: list[str]) -> int:
    """Open the window, or do what the first word asks for."""
    guard_streams()
    if not sys.warnoptions:
        # What libraries remark on a photo or a number is not for those whom the sentences are for.
        warnings.simplefilter("ignore")
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    # Waiting OpenMP threads sleep: on a busy laptop, spinning ones made the same fit take ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from engine.child_process import CHILD, become_child

    if arguments[:1] == [CHILD]:
        return become_child(arguments[1:])
    from engine.command_line import has_screen, parse, say_no_screen

    chosen = parse(arguments)
    if chosen.command != "window":
        return without_window(chosen)
    if not has_screen():
        return say_no_screen()
    from gui.application import run_window

    return run_window(open_demo=chosen.demo, campaign=chosen.file)


def without_window(chosen: argparse.Namespace) -> int:
    """Do a command that opens no window to work in."""
    if chosen.command == "campaign":
        from engine.command_line import run_campaign_command

        return run_campaign_command(chosen)
    if chosen.command == "read-again":
        from engine.again_command import run_read_again_command

        return run_read_again_command(chosen)
    if chosen.command == "demo-files":
        from engine.demo_command import run_demo_files_command

        return run_demo_files_command(chosen)
    if chosen.command == "prepare":
        from engine.command_line import run_prepare_command

        return run_prepare_command()
    from gui.selftest import selftest

    return selftest()


if __name__ == "__main__":
    multiprocessing.freeze_support()
    try:
        sys.exit(main(sys.argv[1:]))
    except ModuleNotFoundError as error:
        place = ".venv\\Scripts\\python" if sys.platform == "win32" else ".venv/bin/python"
        sys.exit(
            f"semblance: this Python ({sys.executable}) lacks the package {error.name}. "
            f"Start the program with {place}; python dev.py run makes it."
        )
