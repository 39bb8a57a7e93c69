"""The words of ``main.py read-again``, and what they do."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.command_line import (
    FILE_WORDS,
    cancel_on_signal,
    require_passphrase_word,
    said_passphrase,
    say,
    tell_left_out,
)
from engine.errors import InputError, SemblanceError
from engine.job import JobCancelled

if TYPE_CHECKING:
    from engine.campaign_inputs import CampaignInputs, WarehouseSource
    from engine.logs import ImportPlan
    from engine.made_from import MadeFrom
    from engine.progress_bars import ProgressBars
    from engine.read_again import ReadAgain

NOTHING_CHANGED = "Stopped. Nothing was changed."
PLACES = ("tacs", "inventory", "photos", "rights")
RECORDS = ("logs", "calls", "usage", "customers")  # which a warehouse has instead
WAYS = ("logs", "plan")


def parse_read_again(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the words behind ``read-again``; exits with 2 and a usage line where they cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="main.py read-again",
        description="Make a campaign's results again, from the files it was made from or from a later delivery. "
        "What a person did in the campaign stays.",
    )
    add = parser.add_argument
    add("campaign", type=Path, metavar="CAMPAIGN", help="the campaign file; close it in the window first")
    add("--calls", type=Path, nargs="+", metavar="F", help="call detail records, in the place of the earlier ones")
    add("--usage", type=Path, nargs="+", metavar="F", help="internet usage records, in the place of the earlier ones")
    add("--customers", type=Path, nargs=1, metavar="F", help="another customer list")
    add("--offers", type=Path, nargs=1, metavar="F", help="another offer catalogue")
    add("--history", type=Path, nargs=1, metavar="F", help="another last, randomised campaign")
    add("--logs", type=Path, nargs="+", metavar="PATH", help="files and folders instead of all earlier files")
    add("--plan", type=Path, metavar="F", help="an import plan instead of all earlier files, or a warehouse's plan")
    add("--tacs", type=Path, metavar="F", help="another table of TACs of your own")
    add("--inventory", type=Path, metavar="DIR", help="where the campaign photos are now")
    add("--photos", type=Path, metavar="DIR", help="where the customers' photos are now")
    add("--rights", type=Path, metavar="F", help="another table of rights to the photos")
    add("--accept-rejects", action="store_true", help="go on where more than 5 %% of a file's rows cannot be used")
    add("--out", type=Path, metavar="DIR", help="a new or empty folder for the results as files (none)")
    add("--ads", type=int, metavar="N", help="how many ads to write at most (all)")
    add("--seeds", type=int, metavar="K", help="write seeds.csv too: the K customers whose reach covers most")
    add("--passphrase-file", type=Path, metavar="F", help="its first line is the campaign file's passphrase")
    chosen = parser.parse_args(arguments)
    chosen.command = "read-again"
    given = [name for name in (*WAYS, *FILE_WORDS) if getattr(chosen, name) is not None]
    if set(given) & set(WAYS) and len(given) > 1 and not (given[0] == "plan" and not set(given) & set(RECORDS)):
        parser.error(f"--{given[0]} says which files are read; leave out --{given[1]}")
    for name, least in (("ads", 0), ("seeds", 1)):
        value = getattr(chosen, name)
        if value is not None and chosen.out is None:
            parser.error(f"--{name} is for the results as files; give --out DIR too")
        if value is not None and value < least:
            parser.error(f"--{name} takes a whole number of at least {least}")
    require_passphrase_word(parser, chosen)
    return chosen


def run_read_again_command(chosen: argparse.Namespace) -> int:
    """Do ``main.py read-again``: 0 when the campaign is new, 1 with one sentence, 130 when stopped."""
    from engine.progress_bars import ProgressBars

    bars = ProgressBars()
    cancel_on_signal(bars.whole)
    done: list[ReadAgain] = []  # with what the folder is to be filled, once the campaign is read again
    try:
        _read(chosen, bars, done)
    except SemblanceError as error:
        return say(f"{error} The campaign itself is read again." if done else str(error))
    except JobCancelled:
        say(f"Stopped. The campaign is read again; {chosen.out} was not filled." if done else NOTHING_CHANGED)
        return 130
    _tell(done[0], chosen.out)
    return 0


def _read(chosen: argparse.Namespace, bars: ProgressBars, done: list[ReadAgain]) -> None:
    """Read the campaign again and fill the folder that was asked for."""
    from engine.campaign import Campaign
    from engine.export import write_results
    from engine.read_again import origin_of, read_again_from
    from engine.stages import Stages
    from engine.unfinished import filled_folder

    stages = Stages(bars)
    with ExitStack() as stack:
        campaign = stack.enter_context(Campaign.open(chosen.campaign, _passphrase(chosen)))
        made = _from_now_on(origin_of(campaign), chosen)
        folder = None if chosen.out is None else stack.enter_context(filled_folder(chosen.out))
        stack.enter_context(bars)
        done.append(read_again_from(campaign, made, stages, accept_rejects=chosen.accept_rejects))
        if folder is not None:
            write_results(campaign, folder, done[0].summary, stages, most_ads=chosen.ads, seeds=chosen.seeds)


def _passphrase(chosen: argparse.Namespace) -> str:
    """Return the passphrase: from the file, the environment, or asked for."""
    said = said_passphrase(chosen.passphrase_file)
    return getpass.getpass(f"Passphrase of {chosen.campaign.name}: ") if said is None else said


def _from_now_on(made: MadeFrom, chosen: argparse.Namespace) -> MadeFrom:
    """Return what the campaign is made from with what was given in its place."""
    from engine.campaign_inputs import DemoInputs

    inputs = made.inputs
    given = [name for name in (*WAYS, *FILE_WORDS, *PLACES) if getattr(chosen, name) is not None]
    if isinstance(inputs, DemoInputs):
        if given:
            raise InputError(f"{chosen.campaign} is the demo, which brings its own data. Leave out --{given[0]}.")
        return made
    if inputs.warehouse is None:
        inputs = replace(inputs, plan=_plan(inputs.plan, chosen))
    else:
        inputs = _asked(inputs, inputs.warehouse, chosen)
    places = {name: getattr(chosen, name) for name in PLACES if getattr(chosen, name) is not None}
    return replace(made, inputs=replace(inputs, **places))


def _plan(plan: ImportPlan, chosen: argparse.Namespace) -> ImportPlan:
    """Return how the files are read: by the plan that is given, as is found out, or as before with other files."""
    from engine.logs import detect, load_plan

    if chosen.plan is not None:
        return load_plan(chosen.plan)
    if chosen.logs is None:
        return _with_given(plan, chosen)
    found = detect(chosen.logs)
    tell_left_out(found, chosen.logs)
    return found


def _with_given(plan: ImportPlan, chosen: argparse.Namespace) -> ImportPlan:
    from engine.logs.layout import LAYOUTS
    from engine.logs.next_delivery import with_files

    for kind in LAYOUTS:
        paths = getattr(chosen, kind, None)
        if paths is not None:
            plan = with_files(plan, kind, paths)
    return plan


def _asked(inputs: CampaignInputs, source: WarehouseSource, chosen: argparse.Namespace) -> CampaignInputs:
    """Return the inputs of a campaign whose records are in a warehouse, which stays the same one."""
    from engine.logs.past_campaign import require_columns
    from engine.warehouse import load_plan

    for name in RECORDS:
        if getattr(chosen, name) is not None:
            raise InputError(f"The records of {chosen.campaign} are in {source.address}. Leave out --{name}.")
    if chosen.plan is not None:
        source = replace(source, plan=load_plan(chosen.plan))
    return replace(inputs, warehouse=source, plan=require_columns(_with_given(inputs.plan, chosen)))


def _tell(again: ReadAgain, out: Path | None) -> None:
    """Say what came out, and what of a person's work found no place in it."""
    print(again.summary.sentence(), *(f"Mind: {caution}" for caution in again.summary.cautions()), sep="\n")
    if again.reading.was_void:
        print("The kept tables did not fit the files any more, so the files were read.")
    if again.choice_is_gone:
        print("The one offer for all is not in the catalogue any more: offers are open again.")
    if again.contacts_gone:
        print(f"Chosen contacts who are not in their customer's circle any more: {again.contacts_gone:,}.")
    if out is not None:
        print(f"The results are in {out}")
