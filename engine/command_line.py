"""The words of the command line, and the campaign without a window."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from engine.errors import SemblanceError
from engine.job import JobCancelled, JobContext
from engine.passphrase import DEMO_PASSPHRASE, require_passphrase
from engine.version import VERSION

if TYPE_CHECKING:
    from engine.campaign_inputs import CampaignInputs, DemoInputs, WarehouseSource
    from engine.logs import ImportPlan

DEMO_CUSTOMERS = 20_000
FILE_WORDS = ("calls", "usage", "customers", "offers", "history")  # one for each kind of file
NEEDED_FILES = ("calls", "customers", "offers")
WHOSE = ("own", "contact")  # contact: the customer's most influential one who agreed
EMBEDDERS = ("facenet-casia", "facenet-vggface2")  # as engine.faces has them
PHOTO_WORDS = ("inventory", "photos")
WAREHOUSE_WORDS = ("plan", "offers", "history")  # the records are elsewhere, the last campaign is in files
EPILOG = """commands:
  campaign     run a whole campaign without a window (main.py campaign --help)
  read-again   make a campaign's results again, from later files too (main.py read-again --help)
  demo-files   write the demo operator's files, to try own data with (main.py demo-files --help)
  selftest     run a small demo campaign and open it, to prove that everything is in place
  prepare      convert FaceNet's weights, once, so that the first campaign need not wait for it
"""
COMMANDS = ("selftest", "prepare")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exits with 2 and a usage line where it cannot be understood."""
    if arguments and arguments[0] == "campaign":
        return _parse_campaign(arguments[1:])
    if arguments and arguments[0] == "demo-files":
        from engine.demo_command import parse_demo_files

        return parse_demo_files(arguments[1:])
    if arguments and arguments[0] == "read-again":
        from engine.again_command import parse_read_again

        return parse_read_again(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Semblance: the offer each customer is most likely to be won by, shown by a face like their own.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a campaign file to open in the window, or a command")
    parser.add_argument("--demo", action="store_true", help="open the window on the demo campaign")
    parser.add_argument("--version", action="version", version=f"Semblance {VERSION}")
    chosen = parser.parse_args(arguments)
    chosen.command = "window"
    if chosen.file in COMMANDS:
        chosen.command = chosen.file
    elif chosen.file is not None:
        chosen.file = Path(chosen.file)
        if not chosen.file.is_file():
            parser.error(f"there is no file {chosen.file}")
    return chosen


def has_screen() -> bool:
    """Whether a window can be shown here."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def say_no_screen() -> int:
    """Say what can be done without a screen; the exit code is 1."""
    return say("There is no screen here. Run a campaign without a window: main.py campaign --help")


def _parse_campaign(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="main.py campaign", description="Run a whole campaign without a window, from logs and photos to ads."
    )
    add = parser.add_argument
    add("--demo", action="store_true", help="use the simulated operator and the synthetic people")
    add("--logs", type=Path, nargs="+", metavar="PATH", help="files and folders; what they hold is found out")
    add("--plan", type=Path, metavar="F", help="an import plan (TOML) that says which files are read, and how")
    add("--save-plan", type=Path, metavar="F", help="write down as TOML how the files are read, before they are")
    add(
        "--warehouse", nargs="?", const="", metavar="URL",
        help="ask the operator's own database, whose tables --plan names; without URL, the one that the plan names",
    )  # fmt: skip
    add("--accept-rejects", action="store_true", help="go on where more than 5 %% of a file's rows cannot be used")
    add("--calls", type=Path, nargs="+", metavar="F", help="call detail records, CSV")
    add("--usage", type=Path, nargs="+", default=[], metavar="F", help="internet usage records, CSV")
    add("--customers", metavar="F|N", help="the customer list, CSV; with --demo, how many customers (20000)")
    add("--offers", type=Path, metavar="F", help="the offer catalogue, CSV")
    add("--history", type=Path, metavar="F", help="the last, randomised campaign's offers and outcomes, CSV")
    add("--tacs", type=Path, metavar="F", help="your own table of TACs (CSV: tac, maker, model); it goes first")
    add("--handset-names", type=Path, metavar="F", help="names of handsets (CSV) saved from another campaign")
    add("--inventory", type=Path, metavar="DIR", help="the campaign photos")
    add("--photos", type=Path, metavar="DIR", help="the customers' photos, each named by its customer")
    add("--rights", type=Path, metavar="F", help="rights to the photos (CSV, XLSX): photo, release, territory, expires")
    add("--territory", metavar="T", help="where the ads run, as the rights name it; without, all photos count")
    add("--embedder", choices=EMBEDDERS, help=f"the network that tells how alike two faces are ({EMBEDDERS[0]})")
    add("--embedder-file", type=Path, metavar="F", help="its weights, once, where they do not come along")
    add("--most-ads", type=int, metavar="N", help="in how many ads one photo may be at most (all)")
    add("--template", metavar="F", help="one template family for all ads: cover, cut, loud, shelf, or a folder")
    add("--logo", type=Path, metavar="F", help="your logo for the ads, a picture (PNG), best with a transparent ground")
    add("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder for the results")
    add("--keep-tables", action="store_true", help="keep the clean tables too, encrypted beside the campaign file")
    add("--seed", type=int, default=0, metavar="N", help="the same seed gives the same campaign (0)")
    add("--ads", type=int, metavar="N", help="how many ads to make at most (all)")
    add("--whose-face", choices=WHOSE, default=WHOSE[0], help="whose look-alike the ads bear (own)")
    add("--seeds", type=int, metavar="K", help="write seeds.csv too: the K customers whose reach covers most")
    add("--passphrase-file", type=Path, metavar="F", help="its first line is the campaign file's passphrase")
    chosen = parser.parse_args(arguments)
    chosen.command = "campaign"
    if chosen.seed < 0:
        parser.error("--seed takes a whole number of at least 0")
    if chosen.ads is not None and chosen.ads < 0:
        parser.error("--ads takes a whole number of at least 0")
    if chosen.seeds is not None and chosen.seeds < 1:
        parser.error("--seeds takes a whole number of at least 1")
    if chosen.demo:
        _check_demo(parser, chosen)
    else:
        _check_given(parser, chosen)
    return chosen


def _check_demo(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    words = (
        "calls", "usage", "offers", "history", *PHOTO_WORDS, "logs", "plan", "save_plan", "warehouse", "tacs",
        "handset_names", "keep_tables", "logo", "rights", "embedder", "embedder_file",
    )  # fmt: skip
    given = [name for name in words if getattr(chosen, name) not in (None, [], False)]
    if given:
        parser.error(f"--demo brings its own data; leave out --{given[0].replace('_', '-')}")
    try:
        chosen.customers = DEMO_CUSTOMERS if chosen.customers is None else int(chosen.customers)
    except ValueError:
        parser.error("with --demo, --customers takes a whole number")
    if chosen.customers < 1:
        parser.error("--customers takes a whole number of at least 1")


def _check_given(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Check that the words for own data make one of the ways: files by kind, files found out, a plan, a warehouse."""
    ways = [name for name in ("warehouse", "logs", "plan") if getattr(chosen, name) is not None]
    given = [name for name in (*FILE_WORDS, "save_plan", "keep_tables") if getattr(chosen, name)]
    if ways[:1] == ["warehouse"]:
        others = [name for name in (*ways[1:], *given) if name not in WAREHOUSE_WORDS]
        if others:
            parser.error(f"--warehouse says where the records are; leave out --{others[0].replace('_', '-')}")
        needed: tuple[str, ...] = ("plan", "offers", *PHOTO_WORDS)
    else:
        files = [name for name in given if name in FILE_WORDS]
        if len(ways) > 1 or (ways and files):
            parser.error(f"--{ways[0]} says which files are read; leave out --{[*ways, *files][1]}")
        needed = PHOTO_WORDS if ways else (*NEEDED_FILES, *PHOTO_WORDS)
    missing = [f"--{name}" for name in needed if getattr(chosen, name) is None]
    if missing:
        parser.error(f"without --demo these are needed too: {', '.join(missing)}")
    if chosen.embedder_file and chosen.embedder in (None, EMBEDDERS[0]):
        parser.error(f"--embedder-file is for --embedder {EMBEDDERS[1]}; the weights of {EMBEDDERS[0]} come along")
    require_passphrase_word(parser, chosen)


def require_passphrase_word(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Exit with 2 if the passphrase is neither given nor can be asked for."""
    if not (chosen.passphrase_file or os.environ.get("SEMBLANCE_PASSPHRASE") or sys.stdin.isatty()):
        parser.error("the campaign file needs a passphrase: give --passphrase-file F or set SEMBLANCE_PASSPHRASE")


def said_passphrase(file: Path | None) -> str | None:
    """Return the passphrase from its file or the environment, None if neither says it. Raises SemblanceError."""
    if file is None:
        return os.environ.get("SEMBLANCE_PASSPHRASE") or None
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SemblanceError(f"The passphrase file {file} cannot be read. Check that it is a text file.") from error
    return lines[0] if lines else ""


def _passphrase(chosen: argparse.Namespace) -> str:
    """Return the new file's passphrase: as it was said, or asked for. Raises SemblanceError if it is poor."""
    said = said_passphrase(chosen.passphrase_file)
    passphrase = said if said is not None else DEMO_PASSPHRASE if chosen.demo else _typed_passphrase()
    require_passphrase(passphrase, is_demo=chosen.demo)
    return passphrase


def _typed_passphrase() -> str:
    """Ask twice: a slip would lock the campaign for good."""
    typed = getpass.getpass("Passphrase for the new campaign file: ")
    if typed != getpass.getpass("The same again: "):
        raise SemblanceError("The two passphrases differ. Start again.")
    return typed


def _inputs(chosen: argparse.Namespace) -> CampaignInputs | DemoInputs:
    from engine.campaign_inputs import CampaignInputs, DemoInputs
    from engine.handsets import NamedHandsets
    from engine.logs import save_plan

    if chosen.demo:
        return DemoInputs(customers=chosen.customers, template=chosen.template)
    source = None if chosen.warehouse is None else _warehouse(chosen)
    names = NamedHandsets.read_csv(chosen.handset_names) if chosen.handset_names else NamedHandsets()
    plan = _plan(chosen)
    if chosen.save_plan:
        save_plan(plan, chosen.save_plan)
    tell_left_out(plan, chosen.logs or ())
    return CampaignInputs(
        plan, chosen.inventory, chosen.photos, chosen.template, chosen.out.name, chosen.accept_rejects, source,
        chosen.tacs, names, chosen.keep_tables, chosen.logo, chosen.rights,
        chosen.embedder or EMBEDDERS[0], chosen.embedder_file,
    )  # fmt: skip


def tell_left_out(plan: ImportPlan, paths: Sequence[Path]) -> None:
    """Say which files are not read: those of folders that cannot be, and those of which nothing says what they hold."""
    from engine.logs.sources import passed_over

    for unread in filter(None, map(passed_over, paths)):
        print(f"semblance: {unread}", file=sys.stderr)
    for file in plan.files:
        if file.kind is None:
            print(f"semblance: {file.source.name} is left out: nothing says what it holds.", file=sys.stderr)


def _warehouse(chosen: argparse.Namespace) -> WarehouseSource:
    """Return which database is asked, and for which tables."""
    from engine.campaign_inputs import WarehouseSource
    from engine.warehouse import load_plan, parse_address

    plan = load_plan(chosen.plan)
    url = chosen.warehouse or plan.url
    if url is None:
        raise SemblanceError(f"{chosen.plan} names no warehouse. Give its URL behind --warehouse, or add it there.")
    return WarehouseSource(parse_address(url), plan)


def _plan(chosen: argparse.Namespace) -> ImportPlan:
    """Return how the files are read: as a plan says, as is found out, or by the words for each kind."""
    from engine.logs import LogFiles, detect, load_plan, plan_of
    from engine.logs.past_campaign import past_campaign_plan

    if chosen.warehouse is not None:
        return past_campaign_plan(chosen.offers, chosen.history)
    if chosen.plan:
        return load_plan(chosen.plan)
    if chosen.logs:
        return detect(chosen.logs)
    return plan_of(
        LogFiles(tuple(chosen.calls), tuple(chosen.usage), Path(chosen.customers), chosen.offers, chosen.history)
    )


def run_prepare_command() -> int:
    """Do ``main.py prepare``."""
    from engine.faces import facenet_onnx

    try:
        facenet_onnx()
    except SemblanceError as error:
        return say(str(error))
    return 0


def cancel_on_signal(context: JobContext) -> None:
    """Let Ctrl-C and a polite kill cancel the work at its next step, as Cancel does in the window."""

    def cancel(_signal: int, _frame: FrameType | None) -> None:
        context.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, cancel)


def run_campaign_command(chosen: argparse.Namespace) -> int:
    """Do ``main.py campaign``: 0 when DIR is filled, 1 with one sentence when the input is wrong, 130 when stopped."""
    from engine.progress_bars import ProgressBars

    bars = ProgressBars()
    cancel_on_signal(bars.whole)
    try:
        from engine.campaign_inputs import CampaignInputs
        from engine.inventory import MatchSettings
        from engine.pipeline import campaign_into_folder

        matching = MatchSettings(most_ads=chosen.most_ads, territory=chosen.territory)
        inputs, passphrase = _inputs(chosen), _passphrase(chosen)
        with bars:
            summary = campaign_into_folder(
                inputs, chosen.out, passphrase, seed=chosen.seed, ads=chosen.ads, audience=bars,
                whose=chosen.whose_face, seeds=chosen.seeds, matching=matching,
            )  # fmt: skip
    except SemblanceError as error:
        return say(str(error))
    except JobCancelled:
        say("Stopped. Nothing was written.")
        return 130
    print(summary.sentence(), *(f"Mind: {caution}" for caution in summary.cautions()), sep="\n")
    print(f"The results are in {chosen.out}")
    if isinstance(inputs, CampaignInputs) and inputs.bears_sample_logo and summary.ads:
        print("The ads bear the sample's logo; give your own with --logo F.")
    return 0


def say(sentence: str) -> int:
    """Say what went wrong; the exit code is 1."""
    print(f"semblance: {sentence}", file=sys.stderr)
    return 1
