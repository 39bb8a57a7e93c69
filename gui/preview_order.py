"""In which order the Preview shows the customers: a good and safe pair of faces first, nobody left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import CUSTOMER, NO_OFFER, OFFER, UPLIFT_LOW

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import StoredMatch
    from engine.faces import LikenessScale

VERY_ALIKE, ALIKE, SOME_LIKENESS, LOOK_FIRST, ONLY_PICKED, NOT_CLOSE, NO_MATCH = range(7)


@dataclass(frozen=True, eq=False)
class PreviewOrder:
    """Customers with an offer; the first ``with_face`` of them have a look-alike in their ad."""

    customers: pa.StringArray | None = None
    with_face: int = 0

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


def preview_order(
    table: pa.Table | None, in_ads: Sequence[StoredMatch], picked: Collection[str], scale: LikenessScale
) -> PreviewOrder:
    """Order the customers with an offer by how well their look-alike can be shown, the surest to be won first.

    Faces that are very alike come first; those that may be the customer's own come behind the others, because
    somebody has to look first; then who has nobody close but a face that was ``picked``, who has nobody close, and
    who has no match. Within each the lower end of the likely range decides, so that a lucky guess does not come
    before a clear case. Where nobody gets an offer these are the customers with a match.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table is None or OFFER not in table.column_names:
        return PreviewOrder()
    matched = pa.array([match.customer for match in in_ads], pa.string())
    rows = np.flatnonzero(pc.fill_null(pc.not_equal(table[OFFER], NO_OFFER), False).to_numpy())
    if not len(rows):
        rows = np.flatnonzero(pc.is_in(table[CUSTOMER], value_set=matched).to_numpy())
    customers = table[CUSTOMER].cast(pa.string()).combine_chunks()
    found = pc.fill_null(pc.index_in(customers, value_set=matched), -1).to_numpy()[rows]
    bands = np.array([*(_band(match, scale, match.customer in picked) for match in in_ads), NO_MATCH])[found]
    surest = -np.asarray(table[UPLIFT_LOW].to_numpy(), dtype=np.float64)[rows]
    order = np.lexsort((surest, bands))
    with_face = int((bands < NOT_CLOSE).sum())
    return PreviewOrder(customers.take(pa.array(rows[order])), with_face)


def _band(match: StoredMatch, scale: LikenessScale, is_picked: bool) -> int:
    from engine.faces import likeness, likeness_words, may_be_the_customer

    value = likeness(match.cosine, scale)
    if may_be_the_customer(value):
        return LOOK_FIRST
    words = {"very alike": VERY_ALIKE, "alike": ALIKE, "some likeness": SOME_LIKENESS}
    return words.get(likeness_words(value), ONLY_PICKED if is_picked else NOT_CLOSE)
