"""The network that embeds a campaign's faces: one of the program's, by name, or one fine-tuned and adopted in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.faces.embedder import DEFAULT, EmbedderName, embedder_sha256, is_prepared, load_embedder
from engine.faces.facenet import FaceNet, embedding_identity
from engine.faces.reader import FaceReader, shared_reader
from engine.job import JobContext

if TYPE_CHECKING:
    from engine.campaign import Campaign

DOCUMENT = "face_network"  # what is in use, the latest last
EMBEDDER = "embedder"  # the name of the program's network; without the document, the default


@dataclass(frozen=True)
class TunedChoice:
    """A fine-tuned network: the number of its version in the campaign file, and the SHA-256 of its ONNX."""

    version: int
    sha256: str

    def read(self, campaign: Campaign) -> bytes:
        """Return the network as ONNX. Raises ModelError if it is not the one that was adopted."""
        try:
            data = campaign.judgements.version_data(self.version)
        except KeyError:
            data = None
        if data is None or hashlib.sha256(data).hexdigest() != self.sha256:
            raise ModelError(
                f"The fine-tuned network in “{campaign.path.name}” is not the one that was adopted. Go back to the "
                "original network."
            )
        return data


def keep_embedder(campaign: Campaign, name: str) -> None:
    """Embed a campaign's faces by one of the program's networks. Raises ModelError if there is none of that name."""
    embedder_sha256(name)
    campaign.write_document(EMBEDDER, json.dumps(name))


def choose_embedder(campaign: Campaign, name: str) -> None:
    """Use one of the program's networks from now on, in the place of a fine-tuned one too.

    Embed all faces anew afterwards. Raises ModelError if there is none of that name, or it is not prepared here.
    """
    if not is_prepared(name):
        raise ModelError(f"The network {name} was not prepared on this computer. Choose the file of its weights.")
    with campaign.transaction():
        keep_embedder(campaign, name)
        if networks_used(campaign)[-1] is not None:
            keep_networks_used(campaign, (*networks_used(campaign), None))


def embedder_of(campaign: Campaign) -> EmbedderName:
    """Return the name of the program's network that a campaign's faces are embedded with."""
    name: EmbedderName = json.loads(campaign.read_document(EMBEDDER) or json.dumps(DEFAULT))
    return name


def networks_used(campaign: Campaign) -> tuple[TunedChoice | None, ...]:
    """Return the networks that a campaign used, the present one last; None is the program's own."""
    rows = json.loads(campaign.read_document(DOCUMENT) or "[null]")
    return tuple(None if row is None else TunedChoice(**row) for row in rows)


def keep_networks_used(campaign: Campaign, used: tuple[TunedChoice | None, ...]) -> None:
    """Keep the networks that a campaign used; embed its faces anew if the last one changes (``renew_embeddings``)."""
    campaign.write_document(DOCUMENT, json.dumps([one and asdict(one) for one in used]))


def lend_network(campaign: Campaign, fresh: Campaign) -> None:
    """Let a campaign that is made once more use the network of the one whose place it takes; see ``return_network``."""
    tuned = networks_used(campaign)[-1]
    if tuned is not None:
        lent = fresh.judgements.add_version("lent", "network", "{}", tuned.read(campaign))
        keep_networks_used(fresh, (TunedChoice(lent.number, tuned.sha256),))


def return_network(fresh: Campaign) -> None:
    """Say no more which network was lent: the campaign knows its own."""
    fresh.erase_document(DOCUMENT)


def network_sha256(campaign: Campaign) -> str:
    """Return what the embeddings of the campaign's network carry."""
    tuned = networks_used(campaign)[-1]
    return embedder_sha256(embedder_of(campaign)) if tuned is None else embedding_identity(tuned.sha256)


def reader_of(campaign: Campaign, context: JobContext | None = None) -> FaceReader:
    """Return the detector with the campaign's network; loading another one than the default takes a second.

    Raises ModelError, JobCancelled.
    """
    tuned = networks_used(campaign)[-1]
    if tuned is None:
        return original_reader(campaign, context)
    network = FaceNet(tuned.read(campaign), sha256=embedding_identity(tuned.sha256))
    return FaceReader(shared_reader(context).detector, network)


def original_reader(campaign: Campaign, context: JobContext | None = None) -> FaceReader:
    """Return the detector with the campaign's network as it came, before any fine-tuning. Raises as ``reader_of``."""
    reader, name = shared_reader(context), embedder_of(campaign)
    return reader if name == DEFAULT else FaceReader(reader.detector, load_embedder(name, context=context))
