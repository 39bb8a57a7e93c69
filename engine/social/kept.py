"""What a campaign file keeps of the social web, and what is shown from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.campaign.records import FaceChoice
from engine.columns import CONTACT, CUSTOMER, IS_CUSTOMER, REACH, SHARE
from engine.social.communities import spans
from engine.social.web import FloatArray, Influence, IntArray, Listening, SocialWeb

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign

# Tables of the campaign file. CIRCLE: a row per customer and contact, the most influential first, as in engine.columns.
# PEOPLE: a row per customer with the columns below.
CIRCLE, PEOPLE = "circle", "circle_people"
CONTACTS = "contacts"  # parties the customer has to do with, in either direction
CORE = "core"
COMMUNITY = "community"
MOST_SHOWN = 60  # contacts of a customer; more than engine.social.ties.TieRules leaves, so that nothing is lost


@dataclass(frozen=True)
class EgoNetwork:
    """A customer's circle as it is drawn."""

    customer: str
    contacts: tuple[Influence, ...]  # the most influential first
    links: tuple[tuple[int, int], ...]  # places in ``contacts`` of those who call each other too
    degree: int  # parties the customer has to do with, also those not shown
    reach: float  # of the customer


def write_circle(campaign: Campaign, web: SocialWeb, community: IntArray) -> None:
    """Keep what the window shows of a web in the place of an earlier one; faces chosen from that one go with it."""
    circle, people = circle_table(web), people_table(web, community)
    with campaign.transaction():
        campaign.write_table(CIRCLE, circle)
        campaign.write_table(PEOPLE, people)
        for choice in campaign.face_choices():
            if choice.contact is not None:
                campaign.forget_face_choice(choice.customer)


def circle_table(web: SocialWeb, most: int = MOST_SHOWN) -> pa.Table:
    """Return a row per customer and contact, customers by key, their contacts by rank, ``most`` of each."""
    import pyarrow as pa

    degree = np.diff(web.share.indptr)
    row = np.repeat(np.arange(len(degree)), degree)
    kept = np.arange(len(row)) - np.repeat(web.share.indptr[:-1], degree) < most
    places, row = web.ranking[kept], row[kept]
    contact = web.share.indices[places]
    return pa.table(
        {
            CUSTOMER: web.parties.take(pa.array(row)),
            CONTACT: web.parties.take(pa.array(contact)),
            SHARE: web.share.data[places].astype(np.float32),
            REACH: web.reach[contact].astype(np.float32),
            IS_CUSTOMER: web.is_customer[contact],
        }
    )


def people_table(web: SocialWeb, community: IntArray) -> pa.Table:
    """Return a row per customer, by key: contacts, reach, core, community."""
    import pyarrow as pa

    rows = np.flatnonzero(web.is_customer)
    return pa.table(
        {
            CUSTOMER: web.parties.take(pa.array(rows)),
            CONTACTS: web.contacts[rows].astype(np.int32),
            REACH: web.reach[rows].astype(np.float32),
            CORE: web.core[rows].astype(np.int16),
            COMMUNITY: community[rows].astype(np.int32),
        }
    )


@dataclass(frozen=True, eq=False)
class Circles:
    """Everybody's circle, as kept."""

    circle: pa.Table
    people: pa.Table

    @classmethod
    def read(cls, campaign: Campaign) -> Circles | None:
        """Return what a campaign keeps; None if no web was made for it."""
        circle, people = campaign.read_table(CIRCLE), campaign.read_table(PEOPLE)
        return None if circle is None or people is None else cls(circle.combine_chunks(), people.combine_chunks())

    @property
    def degrees(self) -> IntArray:
        """Contacts of each customer."""
        return np.asarray(self.people[CONTACTS])

    @property
    def reaches(self) -> FloatArray:
        """Reach of each customer."""
        return np.asarray(self.people[REACH])

    def busiest(self, contacts: Collection[str] = ()) -> str | None:
        """Return the customer with the largest reach, the first key of equals; None if there is nobody.

        Where some have one of ``contacts`` in their circle, it is one of them.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        people = self.people
        wanted = pc.is_in(self.circle[CONTACT], value_set=pa.array(list(contacts), self.circle[CONTACT].type))
        among = people.filter(pc.is_in(people[CUSTOMER], value_set=self.circle[CUSTOMER].filter(wanted)))
        people = among if among.num_rows else people
        return people[CUSTOMER][int(np.argmax(people[REACH]))].as_py() if people.num_rows else None

    def has(self, customer: str) -> bool:
        """Whether a customer is kept here."""
        return self._place(customer) >= 0

    def contacts(self, customer: str, k: int = MOST_SHOWN) -> tuple[Influence, ...]:
        """Return up to ``k`` contacts of a customer, the most influential first; none if nobody of that key is here."""
        first, end = self._rows(customer)
        rows = self.circle.slice(first, min(end - first, k)).to_pylist()
        return tuple(
            Influence(row[CONTACT], row[SHARE], row[REACH], row[SHARE] * row[REACH], row[IS_CUSTOMER]) for row in rows
        )

    def listening(self) -> Listening:
        """Return whom each customer listens to, without those who were erased or withdrew."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from scipy import sparse

        customers, owners, contacts = (
            column.cast(pa.string()).combine_chunks()
            for column in (self.people[CUSTOMER], self.circle[CUSTOMER], self.circle[CONTACT])
        )
        everybody = pc.unique(pa.chunked_array([customers, owners, contacts]))
        parties = everybody.take(pc.sort_indices(everybody))
        row, contact = (np.asarray(pc.index_in(keys, value_set=parties)) for keys in (owners, contacts))
        share = self.circle[SHARE].to_numpy().astype(np.float64)
        matrix = sparse.csr_array((share, (row, contact)), shape=(len(parties), len(parties)))
        matrix.sort_indices()
        is_customer = np.asarray(pc.is_in(parties, value_set=customers))
        return Listening(parties, is_customer, matrix)

    def ego_network(self, customer: str, most: int = MOST_SHOWN) -> EgoNetwork:
        """Return a customer's circle with the ties among the contacts. Raises KeyError if the customer is not here."""
        place = self._place(customer)
        if place < 0:
            raise KeyError(customer)
        contacts = self.contacts(customer, most)
        links = self._links([contact.contact for contact in contacts])
        return EgoNetwork(customer, contacts, links, int(self.degrees[place]), float(self.reaches[place]))

    def _links(self, parties: list[str]) -> tuple[tuple[int, int], ...]:
        """Return the pairs of places of parties between whom there is a tie."""
        import pyarrow as pa
        import pyarrow.compute as pc

        owners, ends = self._owners
        place = np.asarray(pc.fill_null(pc.index_in(pa.array(parties, pa.string()), value_set=owners), -1))
        from_place = np.flatnonzero(place >= 0)
        indptr = np.concatenate([[0], ends])
        rows = spans(indptr, place[from_place])
        caller = np.repeat(from_place, np.diff(indptr)[place[from_place]])
        among = pc.index_in(self.circle[CONTACT].take(pa.array(rows)), value_set=pa.array(parties, pa.string()))
        callee = np.asarray(pc.fill_null(among, -1))
        pairs = {(min(a, b), max(a, b)) for a, b in zip(caller.tolist(), callee.tolist(), strict=True) if b >= 0}
        return tuple(sorted(pairs))

    def _place(self, customer: str) -> int:
        import pyarrow.compute as pc

        return int(pc.index(self.people[CUSTOMER], customer).as_py())

    def _rows(self, customer: str) -> tuple[int, int]:
        """Return where a customer's rows begin and end."""
        import pyarrow.compute as pc

        owners, ends = self._owners
        place = pc.index(owners, customer).as_py()
        if place < 0:
            return 0, 0
        return (int(ends[place - 1]) if place else 0), int(ends[place])

    @cached_property
    def _owners(self) -> tuple[pa.Array, IntArray]:
        """Return each customer with rows, and where the rows end."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.circle[CUSTOMER].cast(pa.string()).combine_chunks()
        runs = pc.run_end_encode(column)
        return runs.values, np.asarray(runs.run_ends, dtype=np.int64)


def choose_contact(campaign: Campaign, circles: Circles, customer: str, contact: str, on: date) -> None:
    """Keep that a customer's ad shall bear the look-alike of a contact.

    Raises ConsentError unless the contact's own photo consent holds on that day, ValueError if no photo of the contact
    is kept, and KeyError if the contact is not in the customer's circle among ``circles``, those of the campaign.
    """
    if contact not in {each.contact for each in circles.contacts(customer)}:
        raise KeyError(contact)
    campaign.choose_face(FaceChoice(customer, contact), on=on)


def leading_contacts(campaign: Campaign, among: Sequence[str]) -> dict[str, str]:
    """Return the most influential one of some contacts for each customer who has one of them in the circle."""
    import pyarrow as pa
    import pyarrow.compute as pc

    circle = campaign.read_table(CIRCLE, [CUSTOMER, CONTACT]) if among else None
    if circle is None:
        return {}
    kept = circle.filter(pc.is_in(circle[CONTACT], value_set=pa.array(among, circle.schema.field(CONTACT).type)))
    pairs = zip(kept[CUSTOMER].to_pylist(), kept[CONTACT].to_pylist(), strict=True)
    return dict(reversed(list(pairs)))  # of each customer's rows the first one stays
