"""In which order the Preview shows the customers: a good and safe pair of faces first, nobody left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import CUSTOMER, EXPECTED_VALUE, NO_OFFER, OFFER, UPLIFT_LOW
from gui.column_store import sort_order

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.faces import LikenessScale
    from engine.look_alikes import LookAlikes

VERY_ALIKE, ALIKE, SOME_LIKENESS, LOOK_FIRST, ONLY_PICKED, NO_PAIR, NOT_CLOSE, NO_MATCH = range(8)


@dataclass(frozen=True, eq=False)
class PreviewOrder:
    """Customers with an offer; the first ``with_face`` of them have a look-alike in their ad.

    ``ranked`` are the same customers as the table of Recommendations has them, those worth most first.
    """

    customers: pa.StringArray | None = None
    with_face: int = 0
    ranked: pa.StringArray | None = None

    def __len__(self) -> int:
        """Return how many customers there are."""
        return 0 if self.customers is None else len(self.customers)

    def __getitem__(self, place: int) -> str:
        """Return the customer at a place, counted from 0."""
        if self.customers is None or not 0 <= place < len(self.customers):
            raise IndexError(place)
        return str(self.customers[place].as_py())

    def place(self, customer: str) -> int:
        """Return the place of a customer, -1 if it is not here."""
        import pyarrow.compute as pc

        return -1 if self.customers is None else int(pc.index(self.customers, customer).as_py())

    def only_with_face(self) -> PreviewOrder:
        """Return those with a look-alike in their ad."""
        if self.customers is None:
            return self
        return PreviewOrder(self.customers.slice(0, self.with_face), self.with_face)

    def as_ranked(self) -> PreviewOrder:
        """Return the same customers in the order of the table."""
        return self if self.ranked is None else PreviewOrder(self.ranked)


def preview_order(
    table: pa.Table | None, faces: Sequence[LookAlikes], scale: LikenessScale, with_photo: Collection[str]
) -> PreviewOrder:
    """Order the customers with an offer by how well their look-alike can be shown, the surest to be won first.

    Faces that are very alike come first; those that may be the customer's own come behind the others, because
    somebody has to look first; then who has nobody close but a face that was picked, who has a contact's look-alike and
    is not among those ``with_photo`` beside which it could be seen, who has nobody close, and who has no match. Within
    each the lower end of the likely range decides, so that a lucky guess does not come before a clear case. Where
    nobody gets an offer these are the customers with a match. ``faces`` are those of everybody who has look-alikes, as
    engine.look_alikes.AdFaces says.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table is None or OFFER not in table.column_names:
        return PreviewOrder()
    matched = pa.array([each.customer for each in faces], pa.string())
    rows = np.flatnonzero(pc.fill_null(pc.not_equal(table[OFFER], NO_OFFER), False).to_numpy())
    if not len(rows):
        rows = np.flatnonzero(pc.is_in(table[CUSTOMER], value_set=matched).to_numpy())
    customers = table[CUSTOMER].cast(pa.string()).combine_chunks()
    found = pc.fill_null(pc.index_in(customers, value_set=matched), -1).to_numpy()[rows]
    bands = np.array([*(_band(each, scale, each.customer in with_photo) for each in faces), NO_MATCH])[found]
    surest = -np.asarray(table[UPLIFT_LOW].to_numpy(), dtype=np.float64)[rows]
    order = np.lexsort((surest, bands))
    with_face = int((bands < NOT_CLOSE).sum())
    worth = np.asarray(table[EXPECTED_VALUE].to_numpy(), dtype=np.float64)[rows]
    ranked = rows[sort_order(worth, descending=True)]
    return PreviewOrder(customers.take(pa.array(rows[order])), with_face, customers.take(pa.array(ranked)))


def _band(faces: LookAlikes, scale: LikenessScale, has_photo: bool) -> int:
    from engine.faces import likeness, likeness_words, may_be_the_customer

    shown = faces.in_ad(scale)
    if shown is None:
        return NOT_CLOSE
    if not has_photo:
        return NO_PAIR
    value = likeness(shown.cosine, scale)
    if may_be_the_customer(value):
        return LOOK_FIRST
    words = {"very alike": VERY_ALIKE, "alike": ALIKE, "some likeness": SOME_LIKENESS}
    return words.get(likeness_words(value), ONLY_PICKED)
