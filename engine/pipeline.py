"""The whole way, headless: logs, phones, uplift, offers, faces, into one campaign file. The window calls it too."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from engine.campaign import Campaign
from engine.campaign.encrypted import LEFTOVERS
from engine.campaign_inputs import CampaignInputs, DemoInputs, require_enough
from engine.columns import CUSTOMER, HAS_LEFT, NO_OFFER, OFFER, REJECT_COLUMNS, SEGMENT
from engine.customer_base import CustomerBase, agreed, base_of_logs
from engine.errors import InputError
from engine.handsets.naming import NAMES_USED, write_names
from engine.handsets.tables import tables_with
from engine.handsets.unknown import keep_unknown
from engine.job import JobContext
from engine.libraries import FOR_A_CAMPAIGN, FOR_A_DEMO, FOR_FACES, load_libraries
from engine.logs import plan_of
from engine.logs.cache import KEY, READING, KeptTables, Reading, new_cache_key, read_clean_tables, tables_path
from engine.logs.leaving_out import leave_out
from engine.made_from import MadeFrom, keep_origin
from engine.passphrase import require_passphrase
from engine.stages import Audience, OneBar, Stages
from engine.summary import ModelFile, Summary, UpliftFigures
from engine.unfinished import explained_place, filled_folder, unfinished_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.faces import RefusedPhoto
    from engine.handsets import LoyaltyTable
    from engine.inventory import MatchSettings
    from engine.look_alikes import Whose
    from engine.offers import Offer, PolicyValue
    from engine.portraits import PhotosRead
    from engine.uplift import Honesty, UpliftModel

DEMO_NAME = "Spring upgrade"


def run_demo(
    path: Path, passphrase: str, *, customers: int = 20_000, seed: int = 0, context: JobContext | None = None
) -> Summary:
    """Simulate an operator and run its campaign into a new campaign file at ``path``."""
    stages = Stages(OneBar(context or JobContext()))
    return build_campaign(DemoInputs(customers), path, passphrase, seed=seed, stages=stages)


def run_campaign(
    inputs: CampaignInputs, path: Path, passphrase: str, *, seed: int = 0, context: JobContext | None = None
) -> Summary:
    """Run a campaign into a new campaign file at ``path``.

    Raises InputError for anything wrong in the files; then, and after a cancel, nothing is left at ``path``.
    """
    return build_campaign(inputs, path, passphrase, seed=seed, stages=Stages(OneBar(context or JobContext())))


def campaign_into_folder(
    inputs: CampaignInputs | DemoInputs,
    folder: Path,
    passphrase: str,
    *,
    seed: int,
    ads: int | None,
    audience: Audience,
    whose: Whose = "own",
    seeds: int | None = None,
    matching: MatchSettings | None = None,
) -> Summary:
    """Run a campaign and fill ``folder``, which must be new or empty; it is moved in place when all is done.

    ``whose`` look-alike the ads bear, and how they are matched, is kept in the campaign file; ``seeds`` says how many
    customers to begin with are written, None writes none.
    Raises InputError for anything wrong in the input, PlaceError if the folder cannot be written; then, and after a
    cancel, the folder is as it was.
    """
    from engine import export
    from engine.inventory import MatchSettings, keep_match_settings
    from engine.look_alikes import choose_whose_face

    stages = Stages(audience)
    with filled_folder(folder) as unfinished:
        path = unfinished / "campaign.semblance"
        summary = _build(inputs, path, passphrase, seed, stages)
        with Campaign.open(path, passphrase) as campaign:
            choose_whose_face(campaign, whose)
            if matching is not None and matching != MatchSettings():
                keep_match_settings(campaign, matching)
            return export.write_results(campaign, unfinished, summary, stages, most_ads=ads, seeds=seeds)


def build_campaign(
    inputs: CampaignInputs | DemoInputs, path: Path, passphrase: str, *, seed: int, stages: Stages
) -> Summary:
    """Run every stage; the file appears at ``path`` only when all of them are done."""
    with explained_place(path):
        return _build(inputs, path, passphrase, seed, stages)


def _build(inputs: CampaignInputs | DemoInputs, path: Path, passphrase: str, seed: int, stages: Stages) -> Summary:
    require_passphrase(passphrase, is_demo=isinstance(inputs, DemoInputs))
    if path.exists():
        raise InputError(f"{path} is there already, and it is not overwritten. Choose another name.")
    for left in (path.with_name(path.name + ending) for ending in LEFTOVERS):
        if left.exists():
            raise InputError(f"{left.name} is left of an earlier {path.name} that was not closed. Choose another name.")
    with unfinished_folder(path) as work:
        given, is_demo = inputs, isinstance(inputs, DemoInputs)
        if isinstance(inputs, DemoInputs):
            inputs = simulate(inputs, work, seed, stages)
        unfinished = work / path.name
        keeps_tables = inputs.keep_tables and inputs.warehouse is None
        keeps = KeptTables(tables_path(unfinished), new_cache_key()) if keeps_tables else None
        with Campaign.create(unfinished, passphrase, name=inputs.name, is_demo=is_demo) as campaign:
            summary = run_stages(inputs, campaign, seed, stages, keeps)
            with campaign.transaction():
                campaign.mark_made()
                keep_origin(campaign, MadeFrom(given, seed))
                write_names(campaign, inputs.names)
                if keeps is not None:
                    campaign.write_document(KEY, keeps.key)
        unfinished.replace(path)
        if keeps is not None:
            keeps.path.replace(tables_path(path))
    return summary


def simulate(demo: DemoInputs, work: Path, seed: int, stages: Stages) -> CampaignInputs:
    """Write the simulated operator's delivery into a folder; return what its campaign is made from."""
    with stages.stage("Simulate") as context:
        load_libraries(FOR_A_DEMO, context)
        from engine.demo import simulate_operator

        operator = simulate_operator(work / "operator", customers=demo.customers, seed=seed, context=context)
    return CampaignInputs(plan_of(operator.files), operator.inventory, operator.photos, demo.template, DEMO_NAME)


def run_stages(
    inputs: CampaignInputs, campaign: Campaign, seed: int, stages: Stages, keeps: KeptTables | None = None
) -> Summary:
    """Do the stages in order, with the clean tables kept where ``keeps`` says; return the summary, kept too."""
    base, offers = _know_customers(inputs, campaign, stages, keeps)
    from engine.recommending import keep_offers, learn_uplift

    with stages.stage("Estimate loyalty") as context:
        table = _keep_phones(campaign, base, context)
    with stages.stage("Find circles") as context:
        _keep_circles(campaign, base, context)
    with stages.stage("Learn uplift") as context:
        model = learn_uplift(base, offers, seed, context)
    with stages.stage("Choose offers") as context:
        value = keep_offers(campaign, base, table, model, offers, context)
    with stages.stage("Read photos") as context:
        load_libraries(FOR_FACES, context)
        from engine.portraits import read_photos

        photos = read_photos(campaign, inputs, base, context)
    with stages.stage("Save") as context:
        return _keep_summary(campaign, base, model, value, photos, seed, stages)


def _know_customers(
    inputs: CampaignInputs, campaign: Campaign, stages: Stages, keeps: KeptTables | None
) -> tuple[CustomerBase, tuple[Offer, ...]]:
    """Find out what there is to know of the customers, from files or from a warehouse, and keep what was read."""
    source, erased = inputs.warehouse, campaign.erased
    with stages.stage("Ask the warehouse" if source else "Read logs") as context:
        load_libraries(FOR_A_CAMPAIGN, context)
        handsets = tables_with(inputs.tacs, inputs.names)
        offers = _read_given(inputs, campaign, context)
        if source is not None:
            from engine.warehouse.base import base_of_warehouse

            base = base_of_warehouse(
                source, inputs.plan, handsets, erased, accept_rejects=inputs.accept_rejects, context=context
            )
            reading = Reading("warehouse", date.today().isoformat())
        else:
            report, reading = read_clean_tables(inputs.plan, keeps, context, lambda read: leave_out(read, erased))
            logs = agreed(report, accept_rejects=inputs.accept_rejects)
    if source is None:
        with closing(logs.connection):
            base = base_of_logs(logs, inputs.customer_list, handsets, stages)
    campaign.write_offers(offers)
    campaign.write_files(base.files)
    campaign.write_document(READING, reading.to_json())
    write_names(campaign, inputs.names, NAMES_USED)
    keep_unknown(campaign, base.unknown)
    return base, offers


def _read_given(inputs: CampaignInputs, campaign: Campaign, context: JobContext) -> tuple[Offer, ...]:
    """Read the catalogue, keep the templates and look for the photos: what is wrong with them is told first."""
    from engine.creative import keep_logo, keep_templates
    from engine.faces.embedder import DEFAULT, prepare_embedder
    from engine.faces.gallery import photo_paths
    from engine.inventory import read_rights
    from engine.logs.text_table import read_text_table
    from engine.offers import read_offers

    for folder in (inputs.inventory, inputs.photos):
        photo_paths(folder)
    if inputs.rights is not None:
        read_rights(inputs.rights)
    if inputs.embedder != DEFAULT:
        prepare_embedder(inputs.embedder, inputs.embedder_file, context.part(0.0, 0.01))
    if inputs.warehouse is None:
        require_enough(inputs.plan)
    offers = read_offers(read_text_table(inputs.plan.of_kind("offers")[0]))
    keep_templates(campaign, offers, inputs.template)
    if inputs.logo is not None:
        keep_logo(campaign, inputs.logo)
    return offers


def _keep_phones(campaign: Campaign, base: CustomerBase, context: JobContext) -> LoyaltyTable:
    """Keep each customer's handsets, the makers' shares, the loyalty table and the days that the logs cover."""
    import pyarrow as pa

    from engine.handsets import loyalty, maker_shares

    table = loyalty(base.phones, base.customers, context=context)
    first, last = base.span
    with campaign.transaction():
        columns = base.phones[[CUSTOMER, "maker", "model", "start", "end"]]
        campaign.write_table("phones", pa.Table.from_pandas(columns, preserve_index=False))
        campaign.write_document("makers", maker_shares(base.phones).to_json(orient="records"))
        campaign.write_document("loyalty", table.to_json())
        campaign.write_document("span", json.dumps([first.isoformat(), last.isoformat()]))
    return table


def _keep_circles(campaign: Campaign, base: CustomerBase, context: JobContext) -> None:
    """Keep whom each customer listens to, and how contacts' phones go with the next phone."""
    from engine.social import INFLUENCE_DOCUMENT, next_maker_influence, write_circle

    community = base.web.communities(context=context.part(0.0, 0.4))
    influence = next_maker_influence(base.web, base.phones, community, context.part(0.4, 1.0))
    with campaign.transaction():
        write_circle(campaign, base.web, community)
        if influence is not None:
            campaign.write_document(INFLUENCE_DOCUMENT, influence.to_json())


def _keep_summary(
    campaign: Campaign,
    base: CustomerBase,
    model: UpliftModel | None,
    value: PolicyValue | None,
    photos: PhotosRead,
    seed: int,
    stages: Stages,
) -> Summary:
    """Keep the rows and photos set aside, the history of the run and the summary."""
    from engine.inventory import Clearance
    from engine.inventory.network import embedder_of
    from engine.look_alikes import day_of_consent

    photo_keys, clearance = campaign.photo_keys("inventory"), Clearance.read(campaign, day_of_consent(campaign))
    rejects = _with_photos(base.rejects, photos.refused)
    table = campaign.read_table("customers", [OFFER, SEGMENT])
    assert table is not None
    recommended = int(pc.sum(pc.not_equal(table[OFFER], NO_OFFER)).as_py() or 0)
    summary = Summary(
        customers=table.num_rows,
        recommended=recommended,
        matched=photos.matched,
        ads=0,
        rejected_rows=base.rejects.num_rows,
        refused_photos=len(photos.refused),
        without_consent=photos.without_consent,
        seed=seed,
        seconds=dict(stages.seconds),
        uplift=_figures(model, value, recommended),
        models=_models(embedder_of(campaign)),
        honesty=() if model is None else honesty_of(campaign).findings,
        left=int(pc.sum(pc.equal(table[SEGMENT], HAS_LEFT)).as_py() or 0),
        tacs_set_aside=base.unknown.counts.tacs_set_aside,
        tacs_first_reason=base.unknown.counts.tacs_first_reason,
        release_unknown=sum(clearance.standing(key) == "unknown" for key in photo_keys),
    )
    with campaign.transaction():
        campaign.write_table("rejects", rejects)
        campaign.write_document("summary", summary.to_json())
        for stage, seconds in stages.seconds.items():
            campaign.note_event(stage, seconds)
    return summary


def honesty_of(campaign: Campaign) -> Honesty:
    """Return the honesty panel that a campaign with a past one holds."""
    from engine.uplift import Honesty

    document = campaign.read_document("honesty")
    assert document is not None, "offers learnt from a past campaign are kept with the honesty panel"
    return Honesty.from_json(document)


def _with_photos(rejects: pa.Table, refused: tuple[RefusedPhoto, ...]) -> pa.Table:
    """Return the rejected rows with the refused photos behind them, as line 0 of their file."""
    import pyarrow as pa

    photos = [[photo.path.name, 0, photo.reason, "", None] for photo in refused]
    columns = zip(*photos, strict=True) if photos else ([],) * len(REJECT_COLUMNS)
    table = pa.table(dict(zip(REJECT_COLUMNS, map(list, columns), strict=True)), schema=rejects.schema)
    return pa.concat_tables([rejects, table])


def _figures(model: UpliftModel | None, value: PolicyValue | None, recommended: int) -> UpliftFigures | None:
    """Return the figures of what was recommended: without a signal that is one offer for all, or none."""
    if model is None or value is None:
        return None
    found = model.evaluation
    single = value.best_single_offer_value
    return UpliftFigures(
        qini=found.qini,
        qini_low=found.qini_low,
        qini_high=found.qini_high,
        has_signal=found.has_signal,
        value_per_customer=value.value_per_customer if found.has_signal else single if recommended else 0.0,
        best_single_offer_value=single,
    )


def _models(embedder: str) -> tuple[ModelFile, ...]:
    """Return the models that looked at the photos."""
    from engine.faces import age, detector, embedder_sha256, hair, mesh
    from engine.resources import checked_model, sha256_of

    small = [
        ModelFile(name, sha256_of(checked_model(name))) for name in (detector.MODEL, hair.MODEL, mesh.MODEL, age.MODEL)
    ]
    return (ModelFile(embedder, embedder_sha256(embedder)), *small)
