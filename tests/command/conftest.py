"""The operator whose files the commands are given, and campaigns made of them that several tests look at."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import main
from engine.demo import DemoOperator, simulate_operator
from tests.command.given import OWN, own_arguments, without_consent, without_history
from tests.conftest import made_once, run_program

RunHere = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Made:
    """What a command left in its folder and said."""

    folder: Path
    said: str
    errors: str


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> DemoOperator:
    """CSV files and photo folders as a user would have them, of a last campaign whose day is known.

    Few customers and photos, since each costs time; large effects, so that few customers show them.
    """
    operator = simulate_operator(tmp_path_factory.mktemp("own") / "delivery", customers=600, seed=6, effect=3.0)
    for folder in (operator.inventory, operator.photos):
        for photo in sorted(folder.iterdir())[4:]:
            photo.unlink()
    history = operator.files.history
    pd.read_csv(history, dtype=str).assign(asked_on="2026-02-02").to_csv(history, index=False)
    return operator


@pytest.fixture(scope="session")
def own_campaign(operator: DemoOperator, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The operator's campaign: three ads by the family "loud" with a logo and contacts' look-alikes, and seeds."""

    def make(folder: Path) -> None:
        logo = folder / "logo.png"
        Image.new("RGBA", (300, 120), (230, 60, 250, 255)).save(logo)
        changed = {"template": "loud", "ads": "3", "seeds": "3", "whose_face": "contact", "logo": logo}
        keep(folder, own_arguments(operator, folder / "spring", **changed))

    return kept(made_once(tmp_path_factory, "own-campaign", make))


@pytest.fixture(scope="session")
def campaign_without_history(operator: DemoOperator, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A campaign without a past one, with two photos among the others that must be refused, and two ads.

    Two of the customers with a photo did not agree to its use.
    """

    def make(folder: Path) -> None:
        inventory = folder / "inventory"
        shutil.copytree(operator.inventory, inventory)
        Image.new("1", (10_000, 10_000)).save(inventory / "huge.png")
        (inventory / "broken.jpg").write_bytes(b"not a picture")
        people = pd.read_csv(operator.files.customers, dtype=str, keep_default_na=False)
        people.loc[people["customer"].isin(without_consent(operator)), "photo_consent"] = ""
        people.to_csv(folder / "customers.csv", index=False)
        changed = {"ads": "2", "inventory": inventory, "customers": folder / "customers.csv"}
        arguments = own_arguments(operator, folder / "spring", **changed)
        keep(folder, without_history(arguments))

    return kept(made_once(tmp_path_factory, "without-history", make))


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let commands be done here, as main.py does them, because each start of the program takes seconds."""
    monkeypatch.setenv("SEMBLANCE_PASSPHRASE", OWN["SEMBLANCE_PASSPHRASE"])
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run_here(in_this_process: None, capsys: pytest.CaptureFixture[str]) -> RunHere:
    """Do a command in this process; return what it left, as run_program does."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        code = main.main([str(each) for each in arguments])
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out, said.err)

    return run


def keep(folder: Path, arguments: list[str | Path]) -> None:
    """Run the program and keep what it says beside what it leaves."""
    done = run_program(*arguments, environment=OWN)
    assert done.returncode == 0, done.stderr
    (folder / "said").write_text(done.stdout, encoding="utf-8")
    (folder / "errors").write_text(done.stderr, encoding="utf-8")


def kept(folder: Path) -> Made:
    """Return what ``keep`` left."""
    said, errors = ((folder / name).read_text(encoding="utf-8") for name in ("said", "errors"))
    return Made(folder / "spring", said, errors)
