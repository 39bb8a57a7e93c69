"""The inventory as a plane: alike faces lie near each other, and a probe can be put among them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.campaign import Campaign
from engine.errors import ModelError
from engine.job import JobContext

Method = Literal["pca", "tsne"]
TABLE, DOCUMENT = "inventory_map", "inventory_map"
NEIGHBOURS = 5  # photos between which t-SNE's map has a probe
PERPLEXITY = 30.0
FEWEST = 3
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class InventoryMap:
    """Where each photo lies: ``places`` (n, 2), each axis from -1 to 1, in the order of ``keys``."""

    keys: tuple[str, ...]
    places: FloatArray
    method: Method
    _mean: FloatArray
    _axes: FloatArray  # (512, 2), PCA's, in units of the map
    _embeddings: FloatArray

    def place_of(self, embedding: FloatArray) -> tuple[float, float]:
        """Return where a probe lies: by PCA's axes, or for t-SNE amid its nearest photos, the nearer the more.

        embedding: (512,) of unit length, of the network that the inventory was read with.
        """
        if not len(self.keys):
            return 0.0, 0.0
        if self.method == "pca":
            x, y = np.clip((embedding - self._mean) @ self._axes, -1.0, 1.0)
            return float(x), float(y)
        cosines = self._embeddings @ embedding
        near = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]
        weights = np.exp((cosines[near] - cosines[near[0]]) * 10)
        x, y = weights @ self.places[near] / weights.sum()
        return float(x), float(y)


def inventory_map(campaign: Campaign, context: JobContext | None = None, method: Method = "pca") -> InventoryMap:
    """Return the map of a campaign's inventory; it is kept in the campaign file until photos change.

    PCA takes a moment; t-SNE of 10,000 photos takes minutes, so call it in a job. Source: van der Maaten, Hinton
    (2008), Visualizing data using t-SNE. Raises JobCancelled, for t-SNE before it begins and after it ends; ModelError
    if the photos were read by different networks.
    """
    import pyarrow as pa

    context = context or JobContext()
    keys, embeddings, models = campaign.inventory.embeddings()
    if len(set(models)) > 1:
        raise ModelError("Faces are still read again by the network in use. Until all are, there is no map of them.")
    of = hashlib.sha256("\n".join([method, *models, *keys]).encode() + embeddings.tobytes()).hexdigest()
    mean, axes, plane = _pca(embeddings)
    if method == "pca":
        return InventoryMap(keys, plane, method, mean, axes, embeddings)
    if json.loads(campaign.read_document(DOCUMENT) or "{}").get("of") == of:
        table = campaign.read_table(TABLE)
        if table is not None and table.num_rows == len(keys):
            places = np.column_stack([table["x"].to_numpy(), table["y"].to_numpy()]).astype(np.float32)
            return InventoryMap(keys, places, method, mean, axes, embeddings)
    places = _tsne(embeddings, plane, context)
    with campaign.transaction():
        campaign.write_table(TABLE, pa.table({"photo": list(keys), "x": places[:, 0], "y": places[:, 1]}))
        campaign.write_document(DOCUMENT, json.dumps({"of": of, "method": method}))
    return InventoryMap(keys, places, method, mean, axes, embeddings)


def _pca(embeddings: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean, two axes and the places; the axes' signs are such that the same photos give the same map."""
    if len(embeddings) < FEWEST:
        size = embeddings.shape[1]
        return np.zeros(size, np.float32), np.zeros((size, 2), np.float32), np.zeros((len(embeddings), 2), np.float32)
    mean = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - mean
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, :-3:-1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    places = centred @ axes
    reach = np.maximum(np.abs(places).max(axis=0), 1e-9)
    return mean.astype(np.float32), (axes / reach).astype(np.float32), (places / reach).astype(np.float32)


def _tsne(embeddings: FloatArray, plane: FloatArray, context: JobContext) -> FloatArray:
    """Return t-SNE's places, begun from PCA's; of too few photos PCA's."""
    if len(embeddings) <= FEWEST:
        return plane
    context.progress(0.05, "Drawing the map")
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(embeddings) - 1) / 3)
    begin = plane * 1e-4 / max(float(plane[:, 0].std()), 1e-9)
    found = TSNE(perplexity=perplexity, init=begin, metric="cosine", random_state=0, n_jobs=2).fit_transform(embeddings)
    context.progress(1.0, "The map is drawn")
    found = found - (found.max(axis=0) + found.min(axis=0)) / 2
    places: FloatArray = (found / np.maximum(np.abs(found).max(axis=0), 1e-9)).astype(np.float32)
    return places
