"""The whole way, headless: logs, phones, uplift, offers, faces, into one campaign file. The window calls it too."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from engine.campaign import Campaign, Consent
from engine.campaign.encrypted import LEFTOVERS
from engine.campaign_inputs import CampaignInputs, DemoInputs, require_enough
from engine.columns import CUSTOMER, HAS_LEFT, NO_OFFER, OFFER, REJECT_COLUMNS, SEGMENT
from engine.errors import InputError, PlaceError, RejectsError
from engine.job import JobContext
from engine.libraries import FOR_A_CAMPAIGN, FOR_A_DEMO, FOR_FACES, load_libraries
from engine.logs import plan_of
from engine.stages import Audience, OneBar, Stages
from engine.summary import ModelFile, Summary, UpliftFigures

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from engine.faces import RefusedPhoto
    from engine.handsets import LoyaltyTable
    from engine.logs import Logs
    from engine.offers import Offer, PolicyValue
    from engine.uplift import UpliftModel

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
) -> Summary:
    """Run a campaign and fill ``folder``, which must be new or empty; it is moved in place when all is done.

    Raises InputError for anything wrong in the input, PlaceError if the folder cannot be written; then, and after a
    cancel, the folder is as it was.
    """
    from engine import export

    folder = folder.resolve()
    stages = Stages(audience)
    with _explained(folder):
        _require_empty(folder)
        made = [parent for parent in (folder.parent, *folder.parent.parents) if not parent.exists()]
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    with ExitStack() as stack:
        stack.callback(_remove_empty, made)
        stack.callback(shutil.rmtree, beside, ignore_errors=True)
        stack.enter_context(_explained(folder))
        unfinished = beside / folder.name
        unfinished.mkdir()
        path = unfinished / "campaign.semblance"
        summary = build_campaign(inputs, path, passphrase, seed=seed, stages=stages)
        with Campaign.open(path, passphrase) as campaign:
            with stages.stage("Compose ads") as context:
                written = export.write_ads(campaign, unfinished / "ads", most=ads, context=context)
            export.write_tables(campaign, unfinished)
            summary = dataclasses.replace(summary, ads=written, seconds=stages.seconds)
            campaign.write_document("summary", summary.to_json())
        (unfinished / "summary.json").write_text(summary.to_json() + "\n", encoding="utf-8")
        _move_in(unfinished, folder)
    return summary


def _remove_empty(folders: list[Path]) -> None:
    """Remove folders that were made and hold nothing, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Turn what the system says of a place into a sentence."""
    try:
        yield
    except OSError as error:
        raise PlaceError.of(error, place) from error


def _require_empty(folder: Path) -> None:
    """Raise InputError if something is there that could be lost."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InputError(f"{folder} is not empty, and what is there is not overwritten. Choose a new or empty folder.")


def _move_in(finished: Path, folder: Path) -> None:
    """Put the finished folder in its place in one move; fails if something appeared there meanwhile."""
    if folder.is_dir():
        folder.rmdir()
    finished.rename(folder)


def build_campaign(
    inputs: CampaignInputs | DemoInputs, path: Path, passphrase: str, *, seed: int, stages: Stages
) -> Summary:
    """Run every stage; the file appears at ``path`` only when all of them are done."""
    if path.exists():
        raise InputError(f"{path} is there already, and it is not overwritten. Choose another name.")
    for left in (path.with_name(path.name + ending) for ending in LEFTOVERS):
        if left.exists():
            raise InputError(f"{left.name} is left of an earlier {path.name} that was not closed. Choose another name.")
    with (
        _explained(path),
        tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent, ignore_cleanup_errors=True) as work,
    ):
        is_demo = isinstance(inputs, DemoInputs)
        if isinstance(inputs, DemoInputs):
            inputs = _simulate(inputs, Path(work), seed, stages)
        unfinished = Path(work, path.name)
        with Campaign.create(unfinished, passphrase, name=inputs.name, is_demo=is_demo) as campaign:
            summary = _run_stages(inputs, campaign, seed, stages)
        unfinished.replace(path)
    return summary


def _simulate(demo: DemoInputs, work: Path, seed: int, stages: Stages) -> CampaignInputs:
    with stages.stage("Simulate") as context:
        load_libraries(FOR_A_DEMO, context)
        from engine.demo import simulate_operator

        operator = simulate_operator(work / "operator", customers=demo.customers, seed=seed, context=context)
    return CampaignInputs(plan_of(operator.files), operator.inventory, operator.photos, demo.template, DEMO_NAME)


def _run_stages(inputs: CampaignInputs, campaign: Campaign, seed: int, stages: Stages) -> Summary:
    """Do the stages in order; return the summary that the campaign file holds too."""
    with stages.stage("Read logs") as context:
        load_libraries(FOR_A_CAMPAIGN, context)
        logs, offers = _read_files(inputs, campaign, context)
    from engine.handsets import handset_history
    from engine.logs import customer_features
    from engine.recommending import People, keep_offers, learn_uplift

    with stages.stage("Follow phones") as context:
        _require_known_customers(logs, inputs.customer_list)
        phones = handset_history(logs, context=context.part(0.0, 0.4))
        features = customer_features(logs, phones, context=context.part(0.4, 0.8))
        table = _keep_phones(campaign, logs, phones, context.part(0.8, 1.0))
    with stages.stage("Follow calls") as context:
        _keep_circles(campaign, logs, context)
    with stages.stage("Learn uplift") as context:
        people = People(logs, features, phones, table)
        model = learn_uplift(people, offers, seed, context)
    with stages.stage("Choose offers") as context:
        value = keep_offers(campaign, people, model, offers, context)
    with stages.stage("Read photos") as context:
        photos = _read_photos(campaign, inputs, logs, context)
    with stages.stage("Save") as context:
        return _keep_summary(campaign, logs, model, value, photos, seed, stages)


def _read_files(inputs: CampaignInputs, campaign: Campaign, context: JobContext) -> tuple[Logs, tuple[Offer, ...]]:
    """Read and keep what was given, all but the photos; these are only looked for."""
    from engine.creative import keep_templates
    from engine.faces.gallery import photo_paths
    from engine.logs.text_table import read_text_table
    from engine.offers import read_offers

    for folder in (inputs.inventory, inputs.photos):
        photo_paths(folder)  # a wrong folder is told now, not when the long work is done
    require_enough(inputs.plan)
    offers = read_offers(read_text_table(inputs.plan.of_kind("offers")[0]))
    keep_templates(campaign, offers, inputs.template)
    report = inputs.plan.run(context)
    logs = report.tables
    try:
        report.require_usable(accept_rejects=True)
        if report.needs_asking and not inputs.accept_rejects:
            raise RejectsError(report.questions[0], logs.files, logs.rejects)
    except InputError:
        logs.connection.close()
        raise
    campaign.write_offers(offers)
    campaign.write_files(logs.files)
    return logs, offers


def _require_known_customers(logs: Logs, name: str) -> None:
    """Raise InputError if the logs and the customer list speak of different people."""
    known = logs.connection.execute(
        "SELECT count(*) FROM customers WHERE customer IN (SELECT caller FROM calls UNION SELECT callee FROM calls "
        "UNION SELECT customer FROM usage)"
    ).fetchall()[0][0]
    if not known:
        raise InputError(
            f"None of the customers in {name} occurs in the calls or the internet use. Check that both name customers "
            "alike, with leading zeros and country code."
        )


def _keep_phones(campaign: Campaign, logs: Logs, phones: pd.DataFrame, context: JobContext) -> LoyaltyTable:
    """Keep each customer's handsets, the makers' shares, the loyalty table and the days that the logs cover."""
    import pyarrow as pa

    from engine.handsets import loyalty, maker_shares
    from engine.logs import log_span

    customers = logs.connection.sql("SELECT * FROM customers").df()
    table = loyalty(phones, customers, context=context)
    first, last = log_span(logs)
    with campaign.transaction():
        columns = phones[[CUSTOMER, "maker", "model", "start", "end"]]
        campaign.write_table("phones", pa.Table.from_pandas(columns, preserve_index=False))
        campaign.write_document("makers", maker_shares(phones).to_json(orient="records"))
        campaign.write_document("loyalty", table.to_json())
        campaign.write_document("span", json.dumps([first.isoformat(), last.isoformat()]))
    return table


def _keep_circles(campaign: Campaign, logs: Logs, context: JobContext) -> None:
    """Keep whom each customer listens to."""
    from engine.social import web_from_records, write_circle

    web = web_from_records(logs.connection, context.part(0.0, 0.7))
    write_circle(campaign, web, web.communities(context=context.part(0.7, 1.0)))


@dataclass(frozen=True)
class _Photos:
    """What became of the photos."""

    refused: tuple[RefusedPhoto, ...]
    without_consent: int
    matched: int


def _read_photos(campaign: Campaign, inputs: CampaignInputs, logs: Logs, context: JobContext) -> _Photos:
    """Read both folders of photos, as far as there is consent, and match the customers."""
    load_libraries(FOR_FACES, context)
    from engine.logs import log_span
    from engine.portraits import match_customers, store_customer_photos, store_inventory

    consents = _consents(logs, inputs.customer_list)
    on = max(date.today(), log_span(logs)[1]) if campaign.is_demo else date.today()
    with campaign.transaction():
        for consent in consents.values():
            context.check()
            campaign.record_consent(consent)
    gallery = store_inventory(campaign, inputs.inventory, context.part(0.0, 0.6))
    customers = [row[0] for row in logs.connection.sql("SELECT customer FROM customers").fetchall()]
    own = store_customer_photos(campaign, inputs.photos, consents, customers, on, context.part(0.6, 0.95))
    matched = match_customers(campaign, gallery, own.customers, context.part(0.95, 1.0))
    return _Photos((*gallery.refused, *own.refused), own.without_consent, matched)


def _consents(logs: Logs, source: str) -> dict[str, Consent]:
    """Return the consent records that the customer list carries."""
    rows = logs.connection.sql(
        "SELECT customer, photo_consent FROM customers WHERE photo_consent IS NOT NULL"
    ).fetchall()
    return {customer: Consent(customer, given_on, source) for customer, given_on in rows}


def _keep_summary(
    campaign: Campaign,
    logs: Logs,
    model: UpliftModel | None,
    value: PolicyValue | None,
    photos: _Photos,
    seed: int,
    stages: Stages,
) -> Summary:
    """Keep the rows and photos set aside, the history of the run and the summary."""
    rejects = _with_photos(logs.rejects, photos.refused)
    table = campaign.read_table("customers", [OFFER, SEGMENT])
    assert table is not None
    recommended = int(pc.sum(pc.not_equal(table[OFFER], NO_OFFER)).as_py() or 0)
    summary = Summary(
        customers=table.num_rows,
        recommended=recommended,
        matched=photos.matched,
        ads=0,
        rejected_rows=logs.rejects.num_rows,
        refused_photos=len(photos.refused),
        without_consent=photos.without_consent,
        seed=seed,
        seconds=dict(stages.seconds),
        uplift=_figures(model, value, recommended),
        models=_models(),
        left=int(pc.sum(pc.equal(table[SEGMENT], HAS_LEFT)).as_py() or 0),
    )
    with campaign.transaction():
        campaign.write_table("rejects", rejects)
        campaign.write_document("summary", summary.to_json())
        for stage, seconds in stages.seconds.items():
            campaign.note_event(stage, seconds)
    return summary


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


def _models() -> tuple[ModelFile, ...]:
    """Return the models that looked at the photos."""
    from engine.faces import detector, facenet_sha256, hair
    from engine.resources import checked_model, sha256_of

    small = [ModelFile(name, sha256_of(checked_model(name))) for name in (detector.MODEL, hair.MODEL)]
    return (ModelFile("facenet-casia", facenet_sha256()), *small)
