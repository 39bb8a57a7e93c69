from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from engine.campaign import Campaign, Judgement, PhotoRights
from engine.child_process import CHILD
from engine.errors import InputError, ModelError
from engine.faces import one_face
from engine.faces.facenet import FaceNet, facenet_sha256
from engine.faces.training_set import TrainingSet
from engine.inventory import match_everybody, renew_embeddings
from engine.inventory.network import lend_network, network_sha256, networks_used, reader_of, return_network
from engine.job import JobCancelled, JobContext
from engine.look_alikes import day_of_consent, likeness_scale
from engine.resources import ROOT, cache_dir
from engine.taste import (
    Interval,
    JudgedPhotos,
    Recognition,
    TrainingPhotos,
    TunedNetwork,
    adopt_network,
    can_go_back_to_network,
    fine_tune,
    fine_tune_to_answers,
    fine_tuning,
    forget_network,
    go_back_to_network,
    network_in_use,
    network_versions,
    read_judged_photos,
    read_training_photos,
    use_network,
)
from engine.taste.fine_tuning import answers_to_learn_from
from engine.unfinished import FINE_TUNING, held_folder, remove_abandoned
from tests.conftest import made_once
from tests.engine.taste.bad_photos import releases_of, write_bad_photos

ON = date(2026, 11, 28)
PEOPLE = 18


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of 18 demo people with two bad photos each, and of one who released nothing."""

    def make(shared: Path) -> None:
        write_bad_photos(shared / "people", PEOPLE + 1)
        last = max((shared / "people").iterdir())
        last.rename(last.with_name("nobody"))

    return made_once(tmp_path_factory, "training", make) / "people"


@pytest.fixture(scope="session")
def photos(folder: Path) -> TrainingPhotos:
    return read_training_photos(folder, [one for one in releases_of(folder) if one.photo != "nobody"], ON)


@pytest.fixture(scope="session")
def tuned(
    photos: TrainingPhotos, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TunedNetwork, list[tuple[float, str]]]:
    """The network, and what the child process told on the way; made once for all workers."""

    def make(shared: Path) -> None:
        told: list[tuple[float, str]] = []
        cache = shared / "cache"
        cache.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fine_tuning, "cache_dir", lambda: cache)
            network = fine_tune(photos, JobContext(lambda fraction, message: told.append((fraction, message))))
        assert list(cache.iterdir()) == []
        (shared / "network.onnx").write_bytes(network.onnx)
        facts = asdict(replace(network, onnx=b"")) | {"onnx": None, "told": told}
        (shared / "facts.json").write_text(json.dumps(facts))

    shared = made_once(tmp_path_factory, "tuned", make)
    facts = json.loads((shared / "facts.json").read_text())
    told = [(fraction, message) for fraction, message in facts.pop("told")]
    figures = {name: Interval(**one) if isinstance(one, dict) else one for name, one in facts.pop("trial").items()}
    facts["onnx"] = (shared / "network.onnx").read_bytes()
    return TunedNetwork(trial=Recognition(**figures), **facts), told


def test_people_who_released_nothing_are_left_out_unopened_and_counted(photos: TrainingPhotos):
    assert photos.without_release == ("nobody",)
    assert len(photos.known_twice) == PEOPLE
    assert photos.crops.shape == (2 * PEOPLE, 160, 160, 3) and photos.refused == ()


def test_a_release_may_name_one_photo_and_must_hold_on_the_day(folder: Path):
    first, second, third = sorted(path.name for path in folder.iterdir())[:3]
    records = [
        PhotoRights(f"{first}/a.jpg", "yes"),
        PhotoRights(second, "yes", expires_on=date(2026, 11, 27)),
        PhotoRights(third, "no"),
    ]
    found = read_training_photos(folder, records, ON)
    assert found.people == (first,)
    assert len(found.without_release) == PEOPLE and {second, third} <= set(found.without_release)


def test_a_photos_own_row_goes_before_its_folders(folder: Path):
    first, second, third = sorted(path.name for path in folder.iterdir())[:3]
    records = [
        *(PhotoRights(person, "yes") for person in (first, second)),
        PhotoRights(f"{first}/A.jpg", "no"),
        PhotoRights(f"{second}\\b.jpg", "yes", expires_on=date(2026, 11, 27)),
        PhotoRights(third, "no"),
        PhotoRights(f"{third}/a.jpg", "yes"),
        PhotoRights(f"{third}/b.jpg", "yes"),
        PhotoRights(f"{third}/b.jpg", "unknown"),
    ]
    found = read_training_photos(folder, records, ON)
    assert found.people == (first, second, third)
    kept = read_training_photos(folder, [PhotoRights(f"{first}/b.jpg", "yes")], ON)
    assert (found.crops[0] == kept.crops[0]).all()


def test_no_face_of_the_trial_is_among_those_learnt_from():
    lot = np.random.default_rng(0)
    crops = np.arange(30, dtype=np.uint8)[:, None, None, None] * np.ones((1, 160, 160, 3), np.uint8)
    triplets = np.array([lot.choice(30, 3, replace=False) for _ in range(1_000)])
    photos = JudgedPhotos(crops, np.zeros((30, 512), np.float32), triplets)
    training, held_out = answers_to_learn_from(photos)
    tried = set(triplets[held_out, 0].tolist())
    assert len(tried) == 10 and set(triplets[~held_out, 1:].ravel().tolist()) & tried
    assert {int(crop[0, 0, 0]) for crop in training.crops} == set(range(30)) - tried
    named = training.crops[training.triplets][..., 0, 0, 0]
    assert named.tolist() == [row for row in triplets.tolist() if not tried & set(row)]
    circle = JudgedPhotos(crops[:3], photos.embeddings[:3], np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]]))
    with pytest.raises(InputError, match="so few photos"):
        answers_to_learn_from(circle)


def test_what_is_no_photo_of_one_person_is_refused_with_the_reason(folder: Path, tmp_path: Path):
    for name in ("text.jpg", "nothing.png"):
        (tmp_path / "anna").mkdir(exist_ok=True)
        (tmp_path / "anna" / name).write_bytes(b"<svg onload='x'/>")
    Image.new("RGB", (320, 320), "grey").save(tmp_path / "anna" / "grey.png")
    (tmp_path / "loose.jpg").write_bytes(b"lies in no person's folder")
    found = read_training_photos(tmp_path, [PhotoRights("Anna", "yes"), PhotoRights("loose.jpg", "yes")], ON)
    assert len(found.people) == 0 and found.crops.shape == (0, 160, 160, 3)
    assert sorted(refused.path.name for refused in found.refused) == ["grey.png", "nothing.png", "text.jpg"]
    with pytest.raises(InputError, match=r"two photos or more of 0 released people, and fine-tuning needs 15"):
        fine_tune(found)


def test_held_out_people_are_told_apart_better_than_before(tuned: tuple[TunedNetwork, list[tuple[float, str]]]):
    network, told = tuned
    found = network.trial
    assert (network.people, network.photos, found.people, found.photos) == (12, 24, 6, 12)
    assert 0.8 < found.auc_before.estimate < 0.97
    assert found.auc_gain.estimate > 0.01
    assert found.rank_1_gain.estimate >= 0
    assert network.may_be_adopted
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and len(told) > 10
    assert any(message.startswith("Looking at 48 of 96") for _, message in told)


def test_the_tuned_network_is_onnx_that_answers_like_any_other(
    tuned: tuple[TunedNetwork, list[tuple[float, str]]], photos: TrainingPhotos
):
    session = onnxruntime.InferenceSession(tuned[0].onnx, providers=["CPUExecutionProvider"])
    from engine.faces.crop import network_input

    (rows,) = session.run(None, {"crops": network_input(list(photos.crops[:2]))})
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    moved = (rows * photos.embeddings[:2]).sum(axis=1)
    assert (moved > 0.5).all() and (moved < 0.9999).all()  # another network, and not a foreign one


def test_an_adopted_network_is_kept_in_the_campaign_with_a_way_back(
    tuned: tuple[TunedNetwork, list[tuple[float, str]]], campaign: Campaign
):
    beginning = tuned[0].onnx[:1_000_000]  # the whole of it would take seconds
    network = replace(tuned[0], onnx=beginning, sha256=hashlib.sha256(beginning).hexdigest())
    worse = replace(network.trial, rank_1_gain=replace(network.trial.rank_1_gain, estimate=-0.01))
    assert not replace(network, trial=worse).may_be_adopted
    with pytest.raises(InputError, match="does worse than before on people whom it did not see"):
        adopt_network(campaign, replace(network, trial=worse))
    assert network_in_use(campaign) is None and not can_go_back_to_network(campaign)
    version = adopt_network(campaign, network)
    path = campaign.path
    campaign.close()
    with Campaign.open(path, "demo") as again:
        assert network_in_use(again) == version and network_versions(again) == (version,)
        assert version.trial == network.trial and (version.people, version.photos) == (12, 24)
        assert networks_used(again)[-1].read(again) == network.onnx
        with pytest.raises(InputError, match="This network is in use"):
            forget_network(again, version)
        assert go_back_to_network(again) is None and network_in_use(again) is None
        use_network(again, version)
        assert network_in_use(again) == version
        use_network(again, None)
        forget_network(again, version)
        assert network_versions(again) == () and network_in_use(again) is None
        with pytest.raises(InputError, match="No other network"):
            while True:
                go_back_to_network(again)


def test_a_cancel_ends_the_child_at_once_and_leaves_nothing(
    photos: TrainingPhotos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fine_tuning, "cache_dir", lambda: tmp_path)
    looking, ended = threading.Event(), threading.Event()
    context = JobContext(lambda _fraction, message: looking.set() if message.startswith("Looking") else None)

    def work() -> None:
        with pytest.raises(JobCancelled):
            fine_tune(photos, context)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert looking.wait(60)
    context.cancel()
    start = time.monotonic()
    assert ended.wait(20)
    assert time.monotonic() - start < 2.0
    thread.join()
    assert list(tmp_path.iterdir()) == []
    running = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    mine = [line for line in running.splitlines() if line.split()[0] == str(os.getpid())]
    assert not any("engine.faces.fine_tuning" in line for line in mine)


KILLED = """
import sys
import numpy as np
from engine.job import JobContext
from engine.taste import TrainingPhotos, fine_tune
crops = np.zeros((30, 160, 160, 3), np.uint8)
rows = np.full((30, 512), 512**-0.5, np.float32)
people = tuple(f"p{place // 2}" for place in range(30))
fine_tune(TrainingPhotos(crops, rows, people), JobContext(lambda _, message: print(message, flush=True)))
"""


def test_what_a_kill_leaves_is_removed_at_the_next_start_and_nothing_that_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fine_tuning, "cache_dir", lambda: tmp_path)
    kept = cache_dir()
    for file in kept.glob("facenet-*"):
        os.link(file, tmp_path / file.name)
    started = subprocess.Popen(
        [sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"SEMBLANCE_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert any(line.startswith("Looking") for line in started.stdout)
    started.kill()
    started.wait()
    (left,) = tmp_path.glob(f"{FINE_TUNING}*")
    with held_folder(tmp_path, "other-") as mine:
        remove_abandoned(tmp_path, "other-")
        assert mine.is_dir()
    remove_abandoned(tmp_path, FINE_TUNING)
    assert not left.exists() and not mine.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in kept.glob("facenet-*"))


def test_the_childs_error_is_one_sentence(photos: TrainingPhotos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "site" / "onnx"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('no such format')")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    with pytest.raises(ModelError, match="FaceNet could not be fine-tuned: RuntimeError: no such format"):
        fine_tune(photos)


def test_the_child_never_imports_qt():
    script = "import sys, engine.faces.fine_tuning\nprint([name for name in sys.modules if 'PySide6' in name])"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_last_block_learns_from_triplets_too():
    """On made-up features in which a third of the numbers say what counts: in the child's process, as torch must be."""
    script = """
import numpy as np, torch
from types import SimpleNamespace
from engine.faces import fine_tuning
from engine.faces.last_layers import CONVOLUTIONS, LINEAR, NORM
from engine.faces.training_set import TrainingSet
fine_tuning.tell = lambda fraction, message: None
fine_tuning.MOST_STEPS, fine_tuning.TRIPLETS_AT_ONCE = 20, 8
torch.set_num_threads(1)
lot, count = np.random.default_rng(0), 16
wide = 180  # a tenth of the real block
shapes = (20, wide, 1, 1), (20, wide, 1, 1), (20, 20, 1, 3), (20, 20, 3, 1), (wide, 40, 1, 1)
def some(*shape):
    return (lot.normal(size=shape) / np.sqrt(3 * np.prod(shape[1:]))).astype(np.float32)
numbers = {(node, 1): some(*shape) for node, shape in zip(CONVOLUTIONS, shapes)}
numbers |= {(node, 2): np.zeros(shape[0], np.float32) for node, shape in zip(CONVOLUTIONS, shapes)}
numbers[LINEAR, 1] = some(512, wide).T.copy()
numbers |= {(NORM, place): np.full(512, place in (1, 4), np.float32) for place in (1, 2, 3, 4)}
features = lot.normal(size=(fine_tuning.VERSIONS, 1, wide, 3, 3)) * 0.3 + lot.normal(size=(1, count, wide, 3, 3))
hidden = features[0, :, :60].reshape(count, -1)
likeness = hidden @ hidden.T
three = [lot.choice(count, 3, replace=False) for _ in range(300)]
triplets = np.array([(f, a, b) if likeness[f, a] > likeness[f, b] else (f, b, a) for f, a, b in three])
training = TrainingSet(np.zeros((count, 160, 160, 3), np.uint8), np.arange(count), triplets)
head = fine_tuning.Head(SimpleNamespace(numbers=numbers, epsilon=1e-3))
course = fine_tuning.Course(training, np.maximum(features, 0).astype(np.float16), head)
before = course._check()
steps = course.run()
print(steps, before, course._check())
"""
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    steps, before, after = (float(word) for word in answer.stdout.split())
    assert steps > 0
    assert after < before - 0.01


def test_only_answers_about_released_inventory_photos_are_learnt_from(campaign: Campaign):
    one, two, three, other = campaign.photo_keys("inventory")[:4]
    customer = campaign.photo(campaign.photo_keys("customer")[0])
    campaign.inventory.set_rights(
        [
            *(PhotoRights(key, "yes") for key in (one, two, three)),
            PhotoRights(other, "yes", expires_on=date(2026, 1, 1)),
        ]
    )
    for probe, of, a, b, chosen in (
        (one, None, two, three, "b"), (customer.key, customer.customer, two, three, "a"),
        (one, None, two, other, "a"), (two, None, one, three, "skip"),
    ):  # fmt: skip
        campaign.judgements.add(Judgement(0, probe, of, a, b, chosen, datetime.now(UTC)))
    found = read_judged_photos(campaign, ON)
    assert found.triplets.tolist() == [[0, 2, 1]] and found.left_out == 2
    assert found.embeddings[1] @ campaign.photo(two).embedding > 0.99
    with pytest.raises(InputError, match=r"There are 1 answers about released photos, and fine-tuning needs 1,000"):
        fine_tune_to_answers(found)


def test_where_torch_is_missing_it_is_said_before_anything_is_read(
    photos: TrainingPhotos, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="Fine-tuning needs PyTorch"):
        fine_tune(photos)


def test_a_packaged_program_is_its_own_interpreter(monkeypatch: pytest.MonkeyPatch):
    """The word by which it becomes the child; any other module is none of its own."""
    word = [sys.executable, str(ROOT / "main.py"), CHILD]
    told = subprocess.run([*word, "engine.faces.fine_tuning", "a"], input=b"", capture_output=True, check=False)
    assert told.returncode == 1 and b"EOFError" in told.stderr  # it waits for what to learn from
    other = subprocess.run([*word, "engine.demo.people", "a"], capture_output=True, check=False)
    assert other.returncode == 1 and b"is no process of this program" in other.stderr


def test_a_training_set_survives_the_way_to_the_child():
    crops = np.random.default_rng(0).integers(0, 255, (4, 160, 160, 3)).astype(np.uint8)
    sent = TrainingSet(crops, np.array([0, 0, 1, 2]), np.array([[0, 1, 2]]), 7)
    came = TrainingSet.from_bytes(sent.to_bytes())
    assert (came.crops == crops).all() and came.people.tolist() == [0, 0, 1, 2] and came.seed == 7
    with pytest.raises(ValueError, match="places of crops"):
        TrainingSet(crops, sent.people, np.array([[0, 1, 4]]))


def test_an_adopted_network_embeds_everybody_anew_and_the_way_back_too(
    tuned: tuple[TunedNetwork, list[tuple[float, str]]], campaign: Campaign, tmp_path: Path
):
    on = day_of_consent(campaign)
    campaign.inventory.remove(campaign.photo_keys("inventory")[4:])
    for key in campaign.photo_keys("customer")[2:]:
        campaign.withdraw_consent(str(campaign.photo(key).customer), on)
    before = campaign.inventory.embeddings()
    scale = likeness_scale(campaign)
    adopt_network(campaign, tuned[0])
    assert renew_embeddings(campaign, on) == 6
    keys, rows, models = campaign.inventory.embeddings()
    assert set(models) == {network_sha256(campaign)} != set(before[2])
    crop = one_face(campaign.photo(keys[0]).jpeg).crop
    assert rows[0] @ FaceNet(tuned[0].onnx).embed([crop])[0] > 0.99
    assert match_everybody(campaign, likeness_scale(campaign), on) == 2
    assert likeness_scale(campaign) == scale  # of so few photos it is the demo's
    with Campaign.create(tmp_path / "again.semblance", "demo", name="Again", is_demo=True) as fresh:
        lend_network(campaign, fresh)
        assert network_sha256(fresh) == network_sha256(campaign) == reader_of(fresh).facenet.sha256
        return_network(fresh)
        assert network_sha256(fresh) == facenet_sha256()
    go_back_to_network(campaign)
    assert renew_embeddings(campaign, on) == 6
    assert campaign.inventory.embeddings()[2] == before[2]
    assert (campaign.inventory.embeddings()[1] * before[1]).sum(axis=1) == pytest.approx(1, abs=0.02)
