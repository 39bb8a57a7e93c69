"""A campaign's way once more: kept tables are used while they live, and nothing that a person did is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.campaign import Appearance, Campaign, FaceChoice, PhotoRights
from engine.columns import CONTACT, CUSTOMER, OFFER, WITHHELD
from engine.errors import CampaignFileError, InputError, RejectsError
from engine.handsets.handset import DeviceClass
from engine.handsets.naming import NAMES_USED, NamedHandsets, read_names, write_names
from engine.handsets.unknown import COUNTS, TABLE, PhoneTypeCounts
from engine.inventory import (
    MatchSettings,
    MatchWeights,
    apply_rights,
    import_photos,
    keep_match_settings,
    read_rights,
    set_rights,
)
from engine.job import JobCancelled, JobContext
from engine.logs.cache import KEY, forget_tables, start_keeping, tables_path
from engine.logs.plan import ImportPlan
from engine.look_alikes import day_of_consent
from engine.made_from import keep_origin, kept_origin
from engine.offers import Choice
from engine.read_again import read_again
from engine.recommending import withhold_offers
from engine.resources import resource
from engine.social.kept import CIRCLE, Circles, choose_contact
from tests.small_campaign import PASSPHRASE, RING, SmallCampaign

TODAY = date(2026, 11, 28)


@pytest.fixture
def campaign(small_campaign: SmallCampaign, tmp_path: Path) -> Iterator[Campaign]:
    with Campaign.open(small_campaign.copy_to(tmp_path), PASSPHRASE) as campaign:
        yield campaign


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whoever parses a file."""

    def run(self: ImportPlan, context: JobContext | None = None) -> None:
        raise AssertionError("the files were parsed")

    monkeypatch.setattr(ImportPlan, "run", run)


def offers_of(campaign: Campaign) -> dict[str, str]:
    table = campaign.read_table("customers", [CUSTOMER, OFFER])
    assert table is not None
    return dict(zip(table[CUSTOMER].to_pylist(), table[OFFER].to_pylist(), strict=True))


def test_changed_or_missing_tables_are_read_from_the_files_and_it_is_said(
    campaign: Campaign, small_campaign: SmallCampaign
) -> None:
    calls = small_campaign.file("calls")
    state = calls.stat()
    os.utime(calls, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000_000))
    again = read_again(campaign)
    os.utime(calls, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (again.reading.way, again.reading.was_void) == ("files", True)
    forget_tables(campaign)
    assert not tables_path(campaign.path).exists()
    assert campaign.read_document(KEY) is None
    again = read_again(campaign)
    assert (again.reading.way, again.reading.was_void) == ("files", False)
    assert not tables_path(campaign.path).exists()


@pytest.mark.usefixtures("no_files")
def test_the_second_run_parses_nothing_and_what_a_person_did_is_there_after_it(campaign: Campaign) -> None:
    by_key, files = offers_of(campaign), campaign.files()
    with_photo = [key.split(":")[1] for key in campaign.photo_keys("customer")]
    circles = Circles.read(campaign)
    assert circles is not None
    pairs = campaign.read_table(CIRCLE, [CUSTOMER, CONTACT]).to_pylist()
    friend, keeper = next((row[CUSTOMER], row[CONTACT]) for row in pairs
                          if row[CONTACT] in with_photo and row[CUSTOMER] not in with_photo)  # fmt: skip
    picking, (withdrawn,) = keeper, [customer for customer in with_photo if customer != keeper]
    nearest = [match.photo for match in campaign.matches(picking)]
    choose_contact(campaign, circles, friend, keeper, TODAY)
    campaign.choose_face(FaceChoice(picking, photo=nearest[-1]))
    campaign.withdraw_consent(withdrawn, TODAY)
    held = next(customer for customer, offer in by_key.items() if offer != "none")
    withhold_offers(campaign, [held])
    events = campaign.events()
    told: list[str] = []
    again = read_again(campaign, context=JobContext(lambda fraction, message: told.append(message)))
    assert again.reading.way == "tables"
    assert "Reading the tables that were kept" in told
    assert campaign.files() == files
    assert campaign.face_choice(picking) == FaceChoice(picking, photo=nearest[-1])
    assert campaign.face_choice(friend) == FaceChoice(friend, keeper)
    assert campaign.consent(withdrawn).withdrawn_on == TODAY
    assert campaign.customer_photo(withdrawn) is None
    assert withdrawn not in campaign.read_table(CIRCLE, [CONTACT])[CONTACT].to_pylist()
    assert {key for key, offer in offers_of(campaign).items() if offer != by_key[key]} == {held}
    table = campaign.read_table("customers", [CUSTOMER, WITHHELD])
    assert table.filter(table[WITHHELD])[CUSTOMER].to_pylist() == [held]
    assert campaign.events()[: len(events)] == events
    assert len(campaign.events()) > len(events)


def test_who_is_erased_is_out_of_the_kept_tables_and_of_what_is_read_later(
    campaign: Campaign, small_campaign: SmallCampaign
) -> None:
    customer = campaign.photo_keys("customer")[0].split(":")[1]
    key = campaign.read_document(KEY)
    campaign.erase_customer(customer)
    assert key is not None
    assert campaign.read_document(KEY) is None
    assert not tables_path(campaign.path).exists()
    assert customer in small_campaign.file("customers").read_text(encoding="utf-8")
    start_keeping(campaign)
    read_again(campaign)
    assert tables_path(campaign.path).exists(), "they are kept from the reading on that follows the wish"
    assert customer not in offers_of(campaign)
    assert campaign.consent(customer) is None
    for name in (CIRCLE, "phones", "rejects"):
        assert f"'{customer}'" not in str(campaign.read_table(name).to_pylist())
    read_again(campaign)
    assert campaign.files()
    assert customer not in offers_of(campaign)
    assert tables_path(campaign.path).exists(), "an erasure of long ago is no reason to forget the tables"


def test_an_erasure_while_the_work_goes_on_counts(campaign: Campaign) -> None:
    customer = campaign.photo_keys("customer")[0].split(":")[1]
    erased = []

    def report(_fraction: float, message: str) -> None:
        if message == "Read photos" and not erased:
            erased.append(customer)
            campaign.erase_customer(customer)

    read_again(campaign, context=JobContext(report))
    assert erased
    assert customer not in offers_of(campaign)
    assert customer not in campaign.read_table(CIRCLE, [CONTACT])[CONTACT].to_pylist()
    assert campaign.customer_photo(customer) is None
    assert not tables_path(campaign.path).exists()


@pytest.mark.usefixtures("no_files")
def test_the_inventory_that_a_person_built_is_kept_and_matched(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    shutil.copyfile(sorted(resource("demo", "inventory").glob("*.jpg"))[40], folder / "mine.jpg")
    import_photos(campaign, [folder])
    barred, other = campaign.photo_keys("inventory")[1:]
    customer = campaign.photo_keys("customer")[0].split(":")[1]
    chosen = replace(
        campaign.photo(barred), key=f"customer:{customer}", role="customer", customer=customer, by_hand=True
    )
    campaign.add_photo(chosen, on=day_of_consent(campaign))
    campaign.inventory.ban(customer, other)
    by_hand = Appearance((50.0, 1.0, 2.0), (44.0, 46.0), True, True)
    campaign.inventory.set_appearance(f"customer:{customer}", by_hand)
    keep_match_settings(campaign, MatchSettings(MatchWeights(1, 1, 1)))
    made = kept_origin(campaign)
    assert made is not None
    table = tmp_path / "rights.csv"
    table.write_text(f"photo,release\n{barred},yes\n{other},yes\nleft.jpg,yes\n", encoding="utf-8")
    apply_rights(campaign, read_rights(table))
    set_rights(campaign, ["mine.jpg"], PhotoRights("", "yes", tags=("by hand",)))
    rows = ("photo,release", "mine.jpg,yes", f"{barred},no", f"{other},yes", "mine.jpg,no")
    table.write_text("\n".join(rows), encoding="utf-8")
    keep_origin(campaign, replace(made, inputs=replace(made.inputs, rights=table)))
    monkeypatch.setattr("engine.inventory.importing.read_photo", None)  # nothing is read that is known
    read_again(campaign)
    assert campaign.photo_keys("inventory") == ("mine.jpg", barred, other)
    assert campaign.inventory.appearances([f"customer:{customer}"]) == {f"customer:{customer}": by_hand}
    assert campaign.customer_photo(customer).jpeg == chosen.jpeg, "chosen in the place of the folder's"
    assert [match.photo for match in campaign.matches(customer)] == ["mine.jpg"]
    rights = campaign.inventory.rights()
    assert rights[barred].release == "no", "what the table says now counts, not what it said before"
    assert "left.jpg" not in rights, "a row that left the table"
    assert rights["mine.jpg"].tags == ("by hand",), "what a person said goes before the table"
    (match,) = campaign.matches(customer)
    assert match.score != pytest.approx(match.cosine, abs=1e-4)
    assert kept_origin(campaign).inputs.rights == table
    reasons = campaign.read_table("rejects", ["reason"])["reason"].to_pylist()
    assert any("mine.jpg stands in the table twice" in reason for reason in reasons)


@pytest.mark.usefixtures("no_files")
def test_names_of_handsets_take_effect_at_the_next_reading_and_a_choice_that_is_gone_is_told(
    campaign: Campaign,
) -> None:
    unknown = campaign.read_table(TABLE).to_pylist()
    assert unknown[0]["phone_type"] == RING
    assert unknown[0]["events"] > unknown[0]["customers"] > 0
    counts = PhoneTypeCounts.from_json(campaign.read_document(COUNTS) or "")
    assert counts.types == len(unknown)
    names = NamedHandsets().named(RING, "Zulu", "Ring 3", DeviceClass.PHONE)
    write_names(campaign, names)
    assert names.differing(read_names(campaign, NAMES_USED)) == 1
    campaign.write_document("choice", Choice("for_all", "no-such-offer").to_json())
    assert read_again(campaign).choice_is_gone
    assert campaign.read_document("choice") is None
    assert RING not in [row["phone_type"] for row in campaign.read_table(TABLE).to_pylist()]
    assert "Zulu" in set(campaign.read_table("phones")["maker"].to_pylist())
    assert read_names(campaign) == read_names(campaign, NAMES_USED) == names


@pytest.mark.usefixtures("no_files")
def test_a_cancel_or_a_missing_folder_leaves_the_campaign_as_it_was(
    campaign: Campaign, small_campaign: SmallCampaign
) -> None:
    before = offers_of(campaign), campaign.events(), sorted(campaign.path.parent.iterdir())
    context = JobContext(lambda fraction, message: context.cancel() if message == "Read photos" else None)
    with pytest.raises(JobCancelled):
        read_again(campaign, context=context)
    told: list[str] = []

    def stop_in_the_matching_at_the_end(_fraction: float, message: str) -> None:
        told.append(message)
        if "Take over" in told and message.startswith("Matching customer"):
            context.cancel()

    context = JobContext(stop_in_the_matching_at_the_end)
    keep_match_settings(campaign, MatchSettings(MatchWeights(1, 1, 1)))
    campaign.write_document("choice", Choice("for_all", "no-such-offer").to_json())
    with pytest.raises(JobCancelled):
        read_again(campaign, context=context)
    assert campaign.read_document("choice") is not None, "which the new results had already taken away"
    campaign.erase_document("choice")
    away = small_campaign.inputs.photos.rename(small_campaign.folder / "away")
    try:
        with pytest.raises(InputError, match="is not there"):
            read_again(campaign)
    finally:
        away.rename(small_campaign.inputs.photos)
    assert (offers_of(campaign), campaign.events(), sorted(campaign.path.parent.iterdir())) == before


def test_files_that_are_gone_or_much_worse_get_one_sentence(campaign: Campaign, small_campaign: SmallCampaign) -> None:
    customers = small_campaign.file("customers")
    whole, state = customers.read_bytes(), customers.stat()
    try:
        lines = whole.decode().splitlines()
        customers.write_text("\n".join([*lines, *["x"] * 40]) + "\n", encoding="utf-8")
        with pytest.raises(RejectsError):
            read_again(campaign)
        read_again(campaign, accept_rejects=True)
        assert sum(file.rejected for file in campaign.files() if file.kind == "customers") >= 40
        customers.unlink()
        with pytest.raises(InputError, match=r"customers\.csv cannot be read"):
            read_again(campaign)
    finally:
        customers.write_bytes(whole)
        os.utime(customers, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_a_campaign_that_does_not_say_what_it_was_made_from_says_what_to_do(tmp_path: Path) -> None:
    with (
        Campaign.create(tmp_path / "old.semblance", PASSPHRASE, name="Old") as old,
        pytest.raises(InputError, match="Make a new campaign"),
    ):
        read_again(old)


def test_tables_that_cannot_be_deleted_do_not_keep_anybody_from_being_erased(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = next(iter(offers_of(campaign)))
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name.endswith("-tables"):
            raise PermissionError(13, "Permission denied", str(self))
        real(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(CampaignFileError, match="could not be deleted"):
        campaign.erase_customer(customer)
    assert customer not in offers_of(campaign)
    assert campaign.read_document(KEY) is None
