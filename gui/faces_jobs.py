"""The work behind the Faces page: reading the inventory, matching, bans, hair and age, the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.campaign import Appearance, PhotoRights
from engine.job import Job, JobContext
from gui.faces_data import FacesData, read_faces_data, tr

if TYPE_CHECKING:
    from pathlib import Path

    from engine.campaign import Campaign
    from engine.faces import LikenessScale
    from engine.inventory import AppliedRights, InventoryMap, InventoryReport, MatchSettings
    from engine.inventory.map import Method
    from gui.results import CampaignResults


def faces_job(campaign: Campaign, results: CampaignResults, on: date) -> Job[FacesData]:
    """Read what the page needs of a campaign."""
    return Job(tr("Reading the photos"), lambda context: read_faces_data(campaign, results, on, context))


def matching_job(campaign: Campaign, on: date, settings: MatchSettings | None = None) -> Job[int]:
    """Rank the inventory for every customer with a photo, by these settings from now on; return how many have a match.

    Hair and age are seen first where they never were. The ads bear what was found from then on.
    """

    def work(context: JobContext) -> int:
        from engine.inventory import match_everybody, measure_missing

        measure_missing(campaign, on, context.part(0.0, 0.4))
        scale = scale_now(campaign, on, context.part(0.4, 0.7))
        return match_everybody(campaign, scale, on, context.part(0.7, 1.0), settings=settings)

    return Job(tr("Matching all customers"), work)


def renewing_job(campaign: Campaign, on: date) -> Job[int]:
    """Read all faces again that another network than the campaign's read, and match everybody; return how many match.

    After a cancel it goes on where it stopped; until all are read, none are compared.
    """

    def work(context: JobContext) -> int:
        from engine.inventory import match_everybody

        scale = scale_now(campaign, on, context.part(0.0, 0.9))
        return match_everybody(campaign, scale, on, context.part(0.9, 1.0))

    return Job(tr("Reading all faces again"), work)


def scale_now(campaign: Campaign, on: date, context: JobContext) -> LikenessScale:
    """Return the scale of likeness of the photos as they are now; those that another network read are read anew."""
    from engine.inventory import read_by_others, renew_embeddings
    from engine.look_alikes import likeness_scale

    if read_by_others(campaign, on):
        renew_embeddings(campaign, on, context)
    return likeness_scale(campaign, context)


def banning_job(campaign: Campaign, customer: str, photos: Sequence[str], *, is_banned: bool) -> Job[frozenset[str]]:
    """Keep photos from a customer, or let them be used again; return all that are kept from the customer."""

    def work(context: JobContext) -> frozenset[str]:
        context.check()
        with campaign.transaction():
            for photo in photos:
                if is_banned:
                    campaign.inventory.ban(customer, photo)
                else:
                    campaign.inventory.allow(customer, photo)
            return campaign.inventory.bans(customer)

    return Job(tr("Keeping the choice"), work)


def hair_job(campaign: Campaign, key: str, rgb: tuple[int, int, int]) -> Job[Appearance]:
    """Keep the colour of somebody's hair as a person sees it; return what is known of the photo then."""

    def work(context: JobContext) -> Appearance:
        import cv2
        import numpy as np

        context.check()
        pixel = np.array([[rgb]], np.float32) / 255
        lightness, a, b = (float(value) for value in cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0])
        with campaign.transaction():
            known = campaign.inventory.appearances([key]).get(key, Appearance())
            told = Appearance((lightness, a, b), known.age, hair_by_hand=True, age_by_hand=known.age_by_hand)
            campaign.inventory.set_appearance(key, told)
        return told

    return Job(tr("Keeping the hair colour"), work)


def age_job(campaign: Campaign, key: str, age: tuple[float, float] | None) -> Job[Appearance]:
    """Keep somebody's age range as a person knows it, or forget it so that it is guessed again."""

    def work(context: JobContext) -> Appearance:
        context.check()
        with campaign.transaction():
            known = campaign.inventory.appearances([key]).get(key, Appearance())
            told = Appearance(known.hair, age, hair_by_hand=known.hair_by_hand, age_by_hand=age is not None)
            campaign.inventory.set_appearance(key, told)
        return told

    return Job(tr("Keeping the age"), work)


def map_job(campaign: Campaign, method: Method) -> Job[InventoryMap]:
    """Draw the map of the inventory; t-SNE of thousands of photos takes minutes, in which it cannot be cancelled."""

    def work(context: JobContext) -> InventoryMap:
        from engine.inventory import inventory_map

        return inventory_map(campaign, context, method)

    return Job(tr("Drawing the map"), work)


def photo_import_job(campaign: Campaign, folders: Sequence[Path]) -> Job[InventoryReport]:
    """Read folders of photos into the inventory."""

    def work(context: JobContext) -> InventoryReport:
        from engine.inventory import import_photos

        return import_photos(campaign, folders, context)

    return Job(tr("Finding faces in the campaign photos"), work)


def rights_file_job(campaign: Campaign, path: Path) -> Job[AppliedRights]:
    """Read a table of rights and let it count."""

    def work(context: JobContext) -> AppliedRights:
        from engine.inventory import apply_rights, read_rights

        context.check()
        return apply_rights(campaign, read_rights(path))

    return Job(tr("Reading {name}").format(name=path.name), work)


def rights_job(campaign: Campaign, keys: Sequence[str], changes: Mapping[str, Any]) -> Job[None]:
    """Change some fields of the rights to some photos, by their names in PhotoRights; each keeps the other fields."""

    def work(context: JobContext) -> None:
        from engine.inventory import set_rights

        context.check()
        with campaign.transaction():
            known = campaign.inventory.rights(keys)
            for key in keys:
                set_rights(campaign, [key], replace(known.get(key, PhotoRights(key)), **changes))

    return Job(tr("Keeping the rights"), work)
