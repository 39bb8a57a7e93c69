"""Ranks the campaign photos for the customer on the Faces page, and says which of them is in the ad."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.inventory import MatchWeights, RankedFace
    from gui.faces_data import FacesData
    from gui.probe import Probe

SHOWN = 5
AHEAD = 15  # faces that are ranked, so that pictures are at hand before a slider asks for them


def ranked_faces(data: FacesData, probe: Probe, weights: MatchWeights) -> tuple[RankedFace, ...]:
    """Rank the photos that may be used for a customer; what was chosen, or fell to their ad where photos are shared
    out, is among the first five, in its place if near.

    It takes a moment for 10,000 photos. () without a face to compare.
    """
    from engine.inventory import rank

    look, matcher = probe.look, data.matcher
    if look is None or not len(matcher.usable):
        return ()

    def ranked(pins: Collection[str] = ()) -> tuple[RankedFace, ...]:
        faces, metric = matcher.usable, matcher.metric
        return rank(look, faces, weights, matcher.scale, metric=metric, pins=pins, bans=probe.bans, most=AHEAD)

    found, faces = ranked(), probe.faces
    wanted = faces.chosen or (faces.share if faces.is_shared_out and probe.contact is None else None)
    if wanted is not None and wanted not in [one.photo for one in found[:SHOWN]]:
        return ranked({wanted})
    return found


def photo_in_ad(probe: Probe, ranked: Sequence[RankedFace]) -> str | None:
    """Return the photo in the ad: the pick, or what fell to it where photos are shared out, or the first who is close.

    None where nobody is, and where the ad bears a contact's look-alike.
    """
    from engine.faces.likeness import is_close

    if probe.contact is not None:
        return None
    if probe.faces.chosen is not None:
        return probe.faces.chosen
    if probe.faces.is_shared_out:
        return probe.faces.share
    first = next((one for one in ranked if is_close(one.likeness)), None)
    return None if first is None else first.photo


def weight_shares(weights: MatchWeights) -> tuple[int, int, int]:
    """Return weights in whole per cent, as the sliders can tell them apart."""
    total = weights.face + weights.age + weights.hair
    return round(100 * weights.face / total), round(100 * weights.age / total), round(100 * weights.hair / total)
