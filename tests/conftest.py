"""What all tests share: no screen, no trace in the person's own folders, and one demo campaign made for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from tests.small_campaign import SmallCampaign

ROOT = Path(__file__).resolve().parent.parent
DEMO_CUSTOMERS = 2_000

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def run_program(*arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run main.py as a person does, in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory):
    """Keep demo campaigns and settings of the tests out of the person's folders."""
    folder = tmp_path_factory.mktemp("data")
    before = {name: os.environ.get(name) for name in ("SEMBLANCE_DATA", "XDG_CONFIG_HOME")}
    os.environ["SEMBLANCE_DATA"] = str(folder / "data")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    yield folder
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session", autouse=True)
def one_application(qapp):
    """Make the one application that widgets need before a test that only paints could make a lesser one."""
    return qapp


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that all workers of this run share: ``make`` fills it in the one that needs it first."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            shared.mkdir()
            make(shared)
            (shared / "done").touch()
    return shared


@pytest.fixture(scope="session")
def demo_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo campaign with 2,000 customers fills, made once by the command line."""

    def make(folder: Path) -> None:
        demo = ("campaign", "--demo", "--customers", str(DEMO_CUSTOMERS), "--seed", "1")
        done = run_program(*demo, "--out", folder / "output")
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "demo", make) / "output"


@pytest.fixture(scope="session")
def demo_campaign_path(demo_output: Path) -> Path:
    """The demo's campaign file (passphrase "demo"). Copy it before you change it; close it when you opened it."""
    return demo_output / "campaign.semblance"


@pytest.fixture
def demo_campaign(demo_campaign_path: Path, tmp_path: Path) -> Iterator[Campaign]:
    """A copy of the demo campaign, open, to be changed at will."""
    from engine.campaign import Campaign

    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        yield campaign


@pytest.fixture(scope="session")
def small_campaign(tmp_path_factory: pytest.TempPathFactory) -> SmallCampaign:
    """A campaign of 300 customers with its clean tables kept, made once. Leave its files as they were."""
    from tests.small_campaign import make_small_campaign, moved_small_campaign

    made = made_once(tmp_path_factory, "small", make_small_campaign)
    return moved_small_campaign(made, tmp_path_factory.mktemp("small"))
