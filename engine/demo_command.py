"""The words of ``main.py demo-files``, and what they do."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine.command_line import cancel_on_signal, say
from engine.errors import SemblanceError
from engine.job import JobCancelled

CUSTOMERS = 2_000


def parse_demo_files(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the words behind ``demo-files``; exits with 2 and a usage line where they cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="main.py demo-files",
        description="Write what the demo's operator delivers, logs, lists and photos, to try own data with.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N", help=f"how many ({CUSTOMERS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same files (0)")
    chosen = parser.parse_args(arguments)
    chosen.command = "demo-files"
    for name, least in (("customers", 1), ("seed", 0)):
        if getattr(chosen, name) < least:
            parser.error(f"--{name} takes a whole number of at least {least}")
    return chosen


def run_demo_files_command(chosen: argparse.Namespace) -> int:
    """Do ``main.py demo-files``: 0 when DIR is filled, 1 with one sentence when it cannot be, 130 when stopped."""
    from engine.demo import simulate_operator
    from engine.progress_bars import ProgressBars
    from engine.unfinished import filled_folder

    bars = ProgressBars()
    cancel_on_signal(bars.whole)
    try:
        with bars, filled_folder(chosen.folder) as folder:
            context = bars.begin("Simulate")
            simulate_operator(folder, customers=chosen.customers, seed=chosen.seed, context=context)
    except SemblanceError as error:
        return say(str(error))
    except JobCancelled:
        say("Stopped. Nothing was written.")
        return 130
    place = chosen.folder
    print(f"The files of {chosen.customers:,} simulated customers are in {place}. Make a campaign in the window, or:")
    print(f"main.py campaign --logs {place}/*.csv --inventory {place}/inventory --photos {place}/photos --out RESULTS")
    return 0
