"""A campaign's way once more, from what it was made from; what a person did in the campaign stays."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.campaign import Campaign, erased
from engine.campaign_inputs import DemoInputs
from engine.columns import CONTACT, CUSTOMER, NO_OFFER, OFFER, WITHHELD
from engine.errors import InputError
from engine.faces.gallery import photo_paths
from engine.handsets.naming import read_names
from engine.inventory import MatchSettings, match_everybody, match_settings, rights_table_name
from engine.inventory.network import embedder_of, lend_network, return_network
from engine.job import JobContext
from engine.logs.cache import READING, Reading, delete_tables, kept_tables
from engine.look_alikes import day_of_consent, likeness_scale
from engine.made_from import MadeFrom, keep_origin, kept_origin
from engine.offers import Choice
from engine.pipeline import run_stages, simulate
from engine.portraits import names_of
from engine.recommending import CHOICE, restore_choices
from engine.social.kept import CIRCLE
from engine.stages import TAKING_OVER, OneBar, Stages
from engine.summary import Summary
from engine.unfinished import explained_place, unfinished_folder


@dataclass(frozen=True)
class ReadAgain:
    """How the clean tables came, and what of a person's work found no place in the new results."""

    reading: Reading
    summary: Summary
    choice_is_gone: bool = False  # the one offer for all, or what chose among offers, is not there any more
    contacts_gone: int = 0  # chosen faces of contacts who are in the customer's circle no more


def read_again(campaign: Campaign, *, accept_rejects: bool = False, context: JobContext | None = None) -> ReadAgain:
    """Make a campaign's results again from what it was made from; as ``read_again_from``."""
    stages = Stages(OneBar(context or JobContext()))
    return read_again_from(campaign, origin_of(campaign), stages, accept_rejects=accept_rejects)


def origin_of(campaign: Campaign) -> MadeFrom:
    """Return what a campaign was made from; InputError if it does not say so."""
    made = kept_origin(campaign)
    if made is None:
        raise InputError(
            f"{campaign.path.name} does not say what it was made from. Make a new campaign from the same files."
        )
    return made


def read_again_from(campaign: Campaign, made: MadeFrom, stages: Stages, *, accept_rejects: bool = False) -> ReadAgain:
    """Make a campaign's results again from these files, or from its kept tables if nothing has changed since.

    Everything is made beside the campaign file and taken over in one transaction; until then, and after a cancel or an
    error, the campaign is as it was. What a person did stays: withdrawn consents, erasures, withheld and chosen
    offers, photos chosen for customers, picks of faces and contacts, names of handsets. From then on the campaign
    counts as made from what was given here. Raises InputError if something of it is missing or wrong; RejectsError if
    too much of a file is set aside.
    """
    with explained_place(campaign.path), unfinished_folder(campaign.path) as work:
        inputs = made.inputs
        if isinstance(inputs, DemoInputs):
            inputs = simulate(inputs, work, made.seed, stages)
        elif accept_rejects:
            inputs = replace(inputs, accept_rejects=True)
            made = MadeFrom(inputs, made.seed)
        inputs = replace(inputs, names=read_names(campaign), embedder=embedder_of(campaign))
        path, key = work / "again.semblance", secrets.token_hex(32)
        with Campaign.create(path, key, name=campaign.name, is_demo=campaign.is_demo) as fresh:
            fresh.write_document(erased.DOCUMENT, campaign.erased.to_json())
            for consent in campaign.withdrawn_consents():
                fresh.record_consent(consent)
            fresh.take_inventory(campaign)
            lend_network(campaign, fresh)
            summary = run_stages(inputs, fresh, made.seed, stages, kept_tables(campaign))
            _leave_photos_out(fresh, inputs.photos)
            with stages.stage(TAKING_OVER) as context:
                likeness_scale(fresh, context.part(0.0, 0.1))
                return _take_over(campaign, fresh, made, summary, context.part(0.1, 1.0))


def _leave_photos_out(fresh: Campaign, photos: Path) -> None:
    """Take the photos of those who were erased out of the list of what was set aside."""
    for customer in fresh.erased.among(name for path in photo_paths(photos) for name in names_of(path)):
        fresh.erase_customer(customer)


def _take_over(campaign: Campaign, fresh: Campaign, made: MadeFrom, summary: Summary, context: JobContext) -> ReadAgain:
    """Put the new results into the campaign, and on them what a person did in it, up to this moment.

    Other threads wait meanwhile, so a cancel is looked for in all that takes long.
    """
    reading = Reading.from_json(fresh.read_document(READING) or "")
    before = fresh.erased.digests
    fresh.erase_document(erased.DOCUMENT)
    return_network(fresh)
    fresh.mark_made()
    context.check()
    with campaign.transaction():
        withheld, contacts = _withheld(campaign), _chosen_contacts(campaign)
        table = rights_table_name(fresh)
        if table is not None and table == rights_table_name(campaign):
            campaign.inventory.forget_rights_of_tables()  # a row that left the table clears nothing any more
        campaign.replace_results(fresh)
        if campaign.erased.digests != before:  # somebody was erased while the work went on
            for customer in campaign.erased.among(_everybody(campaign)):
                campaign.erase_customer(customer)
        choice_is_gone = _choose_again(campaign, withheld, context.part(0.0, 0.3))
        contacts_gone = _keep_contacts(campaign, contacts)
        _match_again(campaign, context.part(0.3, 1.0))
        keep_origin(campaign, made)
        summary = _counted_again(campaign, summary)
    if kept_tables(campaign) is None:
        delete_tables(campaign.path)
    return ReadAgain(reading, summary, choice_is_gone, contacts_gone)


def _counted_again(campaign: Campaign, summary: Summary) -> Summary:
    """Return the summary of what the campaign holds now, with what a person did in it; it is kept."""
    table = campaign.read_table("customers", [OFFER])
    offers = () if table is None else table[OFFER].to_pylist()
    recommended = sum(offer != NO_OFFER for offer in offers)
    summary = replace(summary, recommended=recommended, matched=len(campaign.matched_customers()))
    campaign.write_document("summary", summary.to_json())
    return summary


def _match_again(campaign: Campaign, context: JobContext) -> None:
    """Match once more where a person said what counts in it: the run knows nothing of that."""
    inventory = campaign.inventory
    is_picked = any(choice.photo is not None for choice in campaign.face_choices())
    is_said = inventory.all_bans() or inventory.rights() or inventory.chosen_by_hand()
    if match_settings(campaign) != MatchSettings() or is_picked or is_said:
        match_everybody(campaign, likeness_scale(campaign), day_of_consent(campaign), context)


def _withheld(campaign: Campaign) -> frozenset[str]:
    """Return from whom the designer keeps the offer."""
    table = campaign.read_table("customers")
    if table is None or WITHHELD not in table.column_names:
        return frozenset()
    return frozenset(table.filter(table[WITHHELD])[CUSTOMER].to_pylist())


def _everybody(campaign: Campaign) -> Iterator[str]:
    """Yield whoever the results name."""
    for name, column in (("customers", CUSTOMER), (CIRCLE, CUSTOMER), (CIRCLE, CONTACT)):
        table = campaign.read_table(name, [column])
        yield from () if table is None else table[column].cast("string").to_pylist()


def _choose_again(campaign: Campaign, withheld: frozenset[str], context: JobContext) -> bool:
    """Give each customer what the designer chose; return whether that cannot be chosen any more.

    Of an offer that is gone the limit of customers stays; without outcomes of a past campaign there is no choice.
    """
    document = campaign.read_document(CHOICE)
    choice = Choice() if document is None else Choice.from_json(document)
    is_gone = choice.offer not in (NO_OFFER, *(offer.key for offer in campaign.offers()))
    if is_gone:
        choice = Choice(most=choice.most)
        campaign.write_document(CHOICE, choice.to_json())
    if document is not None and campaign.read_document("evaluation") is None:
        is_gone, choice = is_gone or choice != Choice(), Choice()
    if choice == Choice():
        campaign.erase_document(CHOICE)
    restore_choices(campaign, choice, withheld, context)
    return is_gone


def _chosen_contacts(campaign: Campaign) -> frozenset[tuple[str, str]]:
    """Return the customers and the contacts whose look-alike was chosen for them."""
    return frozenset((each.customer, each.contact) for each in campaign.face_choices() if each.contact is not None)


def _keep_contacts(campaign: Campaign, before: frozenset[tuple[str, str]]) -> int:
    """Take back the choice of contacts who are in the customer's circle no more; return how many were lost in all."""
    table = campaign.read_table(CIRCLE, [CUSTOMER, CONTACT])
    circle = (
        set() if table is None else set(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    )
    for customer, _ in _chosen_contacts(campaign) - circle:
        campaign.forget_face_choice(customer)
    return len(before - _chosen_contacts(campaign))
