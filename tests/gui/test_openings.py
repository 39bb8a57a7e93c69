"""The jobs behind Open: the demo is made once, and again when it is damaged."""

import shutil

import pytest

import engine.pipeline
from engine.campaign import Campaign
from engine.campaign_inputs import CampaignInputs
from engine.errors import CampaignFileError, WrongPassphraseError
from engine.job import JobCancelled, JobContext
from engine.logs import ImportPlan
from engine.logs.cache import tables_path
from gui.openings import NewCampaign, copy_job, demo_job, demo_path, file_job, new_campaign_job, reading_job, recent_of


@pytest.fixture
def demo(monkeypatch, tmp_path, demo_campaign_path):
    """The place of the demo in a folder of the test's own; "making" it takes the one that was made before."""
    monkeypatch.setenv("SEMBLANCE_DATA", str(tmp_path))
    made = []

    def run_demo(path, passphrase, **arguments):
        made.append(path)
        shutil.copy(demo_campaign_path, path)

    monkeypatch.setattr(engine.pipeline, "run_demo", run_demo)
    return made


def test_demo_is_made_once_and_then_opened(demo):
    for _ in range(2):
        opened = demo_job().run()
        assert opened.campaign.is_demo
        assert opened.results.customers.num_rows == 2_000
        assert len(opened.results.matched) == 24
        assert sum(share.share for share in opened.results.makers) == pytest.approx(1.0)
        assert opened.results.evaluation is not None
        assert opened.results.loyalty is not None
        recent = recent_of(opened)
        assert recent.customers == 2_000
        assert 0 <= recent.with_offer <= 2_000
        opened.campaign.close()
    assert demo == [demo_path()]


@pytest.mark.parametrize("damaged", [slice(3, 4), slice(65_536, None, 1024)], ids=["beginning", "rest"])
def test_damaged_demo_is_put_aside_and_made_again(demo, damaged):
    demo_job().run().campaign.close()
    data = bytearray(demo_path().read_bytes())
    data[damaged] = bytes(byte ^ 0xFF for byte in data[damaged])
    demo_path().write_bytes(bytes(data))
    opened = demo_job().run()
    assert len(demo) == 2
    assert demo_path().with_stem("demo-damaged").exists()
    opened.campaign.close()


def test_demo_that_is_open_already_is_left_alone(demo):
    first = demo_job().run()
    with pytest.raises(CampaignFileError, match="already open"):
        demo_job().run()
    assert len(demo) == 1
    first.campaign.close()


def test_own_file_is_never_put_aside(bare_campaign_path):
    with pytest.raises(WrongPassphraseError):
        file_job(bare_campaign_path, "wrong").run()
    assert bare_campaign_path.exists()


def test_copy_opens_with_the_same_passphrase(bare_campaign_path, tmp_path):
    with Campaign.open(bare_campaign_path, "open sesame") as campaign:
        copy_job(campaign, tmp_path / "copy.semblance").run()
        assert reading_job(campaign).run().results.customers is None
    with Campaign.open(tmp_path / "copy.semblance", "open sesame") as copy:
        assert copy.name == "Bare campaign"


def test_a_new_campaign_that_is_stopped_while_it_is_opened_leaves_no_file(monkeypatch, tmp_path, demo_campaign_path):
    """The way is done by then; a file of which nobody knows would keep its name from being used again."""
    new = NewCampaign(CampaignInputs(ImportPlan(()), tmp_path, tmp_path), tmp_path / "new.semblance", "demo")

    def run_campaign(inputs, path, passphrase, **arguments):
        shutil.copy(demo_campaign_path, path)
        tables_path(path).touch()

    monkeypatch.setattr(engine.pipeline, "run_campaign", run_campaign)
    context = JobContext(lambda fraction, message: context.cancel() if message == "Opening" else None)
    with pytest.raises(JobCancelled):
        new_campaign_job(new).run(context)
    assert list(tmp_path.iterdir()) == []
    new_campaign_job(new).run().campaign.close()
    assert new.path.exists()
