"""A campaign of 300 customers in whose logs is a phone type that nobody knows, with its clean tables kept."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from engine.campaign import Campaign
from engine.campaign_inputs import CampaignInputs
from engine.demo import simulate_operator
from engine.logs import plan_of
from engine.logs.cache import KEY, fingerprint, keep_import, kept_import, tables_path
from engine.made_from import MadeFrom, keep_origin, kept_origin
from engine.pipeline import run_campaign

PASSPHRASE = "four long plain words"
RING = "Zulu Ring 3"
NAME = "spring.semblance"


@dataclass(frozen=True)
class SmallCampaign:
    """What was delivered, and the campaign made from it. Copy it before you change it."""

    folder: Path
    inputs: CampaignInputs

    @property
    def path(self) -> Path:
        return self.folder / NAME

    def file(self, kind: str) -> Path:
        """Return the file of a kind."""
        return next(file.source.path for file in self.inputs.plan.files if file.kind == kind)

    def copy_to(self, folder: Path) -> Path:
        """Copy the campaign file and its kept tables; return the campaign's place."""
        for path in (self.path, tables_path(self.path)):
            shutil.copy(path, folder)
        return folder / self.path.name


def make_small_campaign(folder: Path) -> None:
    """Simulate the delivery and make the campaign."""
    operator = simulate_operator(folder / "delivery", customers=300, seed=5)
    for photo in sorted(operator.inventory.iterdir())[2:] + sorted(operator.photos.iterdir())[2:]:
        photo.unlink()
    for calls in operator.files.calls:
        calls.write_text(calls.read_text(encoding="utf-8").replace("SM-G991B", RING), encoding="utf-8")
    _name_after_a_friend(sorted(operator.photos.iterdir())[1], operator.files.customers, calls)
    files = replace(operator.files, history=None, usage=())
    inputs = CampaignInputs(plan_of(files), operator.inventory, operator.photos, "cut", "Spring", keep_tables=True)
    run_campaign(inputs, folder / NAME, PASSPHRASE)


def moved_small_campaign(made: Path, folder: Path) -> SmallCampaign:
    """Copy the campaign with its delivery, and let it count as made from that copy, which can be changed."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    path = folder / NAME
    with Campaign.open(path, PASSPHRASE) as campaign:
        origin, key = kept_origin(campaign), campaign.read_document(KEY)
        assert origin is not None
        assert key is not None
        before = origin.inputs.plan
        files = (replace(file, source=replace(file.source, path=folder / file.source.path.relative_to(made)))
                 for file in before.files)  # fmt: skip
        inputs = replace(
            origin.inputs, plan=replace(before, files=tuple(files)), inventory=folder / "delivery" / "inventory",
            photos=folder / "delivery" / "photos",
        )  # fmt: skip
        report = kept_import(tables_path(path), key, fingerprint(before))
        assert report is not None
        keep_import(tables_path(path), key, fingerprint(inputs.plan), report)
        report.tables.connection.close()
        keep_origin(campaign, MadeFrom(inputs, origin.seed))
    return SmallCampaign(folder, inputs)


def _name_after_a_friend(photo: Path, customers: Path, calls: Path) -> None:
    """Make a photo that of the customer who agreed and is called most, so that somebody's circle has a face."""
    people = pd.read_csv(customers, dtype=str)
    agreed = set(people.loc[people["photo_consent"].notna(), "customer"])
    called = pd.read_csv(calls, dtype=str, usecols=["callee"], on_bad_lines="skip")["callee"].value_counts()
    photo.rename(photo.with_stem(next(callee for callee in called.index if callee in agreed)))
