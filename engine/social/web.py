"""The social web: whom each customer listens to, how far each one reaches, and so who matters most to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.columns import CALLEE, CALLER
from engine.job import JobContext
from engine.social.communities import communities, core_numbers
from engine.social.ties import ANSWERING, CALLS, CONTACTS, MESSAGES, MUTUAL, tie_weight

if TYPE_CHECKING:
    import pyarrow as pa
    from scipy import sparse

    from engine.campaign import Consent

IntArray = NDArray[np.integer[Any]]
FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool_]

PASS_ON = 0.5
"""Chance that a person takes up what one of their contacts does, the contact drawn by share of call weight."""


@dataclass(frozen=True)
class WebRules:
    """Who is a hub, such as a call centre, and no contact: many contacts, next to none of whom it is mutual with."""

    percentile: float = 99.9  # of contacts; a hub has more
    at_least: int = 100  # nobody with fewer contacts is one, however small the web
    one_way: float = 0.9  # share of the contacts with traffic in one direction only; a hub has at least that


@dataclass(frozen=True)
class Influence:
    """A contact of a customer, with both factors of the rank."""

    contact: str
    share: float  # of the customer's call weight: how much the customer listens to the contact
    reach: float  # of the contact: people reached in two hops
    product: float  # share x reach
    is_customer: bool  # False: of another operator, and nothing else is known


@dataclass(frozen=True)
class FacePermission:
    """Whether a contact may be offered as a face, and why not."""

    contact: str
    may_be_used: bool
    reason: str


@dataclass(frozen=True, eq=False)
class Listening:
    """Whom each customer listens to, everybody by number in the order of their keys."""

    parties: pa.StringArray  # keys, ascending
    is_customer: BoolArray
    share: sparse.csr_array  # (parties, parties): share of the row's call weight; customers' rows only, sorted

    def numbers(self, parties: Sequence[str]) -> IntArray:
        """Return the numbers of parties. Raises KeyError if one is nobody here."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.index_in(pa.array(parties, pa.string()), value_set=self.parties)
        if found.null_count:
            raise KeyError(parties[pc.index(found.is_null(), True).as_py()])
        return np.asarray(found, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class SocialWeb(Listening):
    """Everybody who calls or is called, with the answers for every customer."""

    reach: FloatArray  # people reached in two hops, see reach_of
    ranking: IntArray  # places of ``share``'s entries, row by row, the most influential contact first
    weights: sparse.csr_array  # symmetric call weight of both directions
    core: IntArray  # k of the innermost k-core
    hubs: tuple[str, ...]  # dropped, by key
    hub_ties: int  # dropped with them
    self_calls: int  # dropped

    @property
    def contacts(self) -> IntArray:
        """How many parties each one has to do with, in either direction."""
        return np.asarray(np.diff(self.weights.indptr))

    @cached_property
    def products(self) -> FloatArray:
        """Share x reach of each entry of ``share``."""
        return np.asarray(self.share.data * self.reach[self.share.indices])

    def number(self, party: str) -> int:
        """Return the number of a party. Raises KeyError if it is nobody here."""
        import pyarrow.compute as pc

        place = pc.index(self.parties, party).as_py()
        if place < 0:
            raise KeyError(party)
        return int(place)

    def most_influential(self, customer: str, k: int = 10) -> tuple[Influence, ...]:
        """Return up to ``k`` contacts of a customer, the one with the largest share x reach first.

        Equal ones stand in the order of their keys. Raises KeyError if the customer is nobody here.
        """
        number = self.number(customer)
        first, end = self.share.indptr[number], self.share.indptr[number + 1]
        return tuple(self._influence(place) for place in self.ranking[first : min(first + k, end)])

    def communities(self, seed: int = 0, context: JobContext | None = None) -> IntArray:
        """Return the community of each party; see engine.social.communities."""
        return communities(self.weights, seed, context)

    def _influence(self, place: int) -> Influence:
        contact = int(self.share.indices[place])
        return Influence(
            self.parties[contact].as_py(),
            float(self.share.data[place]),
            float(self.reach[contact]),
            float(self.products[place]),
            bool(self.is_customer[contact]),
        )


def social_web(
    ties: pa.Table,
    context: JobContext | None = None,
    *,
    customers: pa.Array | Sequence[str] | None = None,
    self_calls: int = 0,
    rules: WebRules | None = None,
) -> SocialWeb:
    """Put ties together to a web and answer for every customer.

    ``ties`` is what engine.social.ties.tie_table brings: at most one row per directed pair. Without ``customers``
    every caller is taken for one. Ties of other callers tell nothing of whom they listen to, since their other calls
    are unknown; they count for mutual contacts only. ``self_calls`` were dropped before; those still there are added.
    Memory and time grow with the ties. Raises JobCancelled.
    """
    context = context or JobContext()
    context.progress(0.0, "Reading the ties")
    parties, caller, callee, listed = _numbered(ties, customers)
    is_customer = _customers(len(parties), caller, listed)
    calls, messages = (ties[name].to_numpy() for name in (CALLS, MESSAGES))
    alone = caller == callee
    self_calls += int((calls[alone] + messages[alone]).sum())
    context.progress(0.3, "Setting hubs aside")
    is_hub = _hubs(ties, caller, callee, len(parties), rules or WebRules())
    of_hubs = (is_hub[caller] | is_hub[callee]) & ~alone
    kept = ~alone & ~of_hubs
    caller, callee = caller[kept], callee[kept]
    weight = tie_weight(calls[kept], messages[kept])
    context.progress(0.35, "Weighing the ties")
    directed = _matrix(weight, caller, callee, len(parties))
    weights = (directed + directed.T).tocsr()
    context.progress(0.6, "Measuring reach")
    share = shares_of(directed, is_customer)
    reach = reach_of(share)
    context.progress(0.75, "Ranking contacts")
    ranking = ranked(share, reach, context)
    context.progress(0.9, "Peeling the cores")
    core = core_numbers(weights, context)
    context.progress(1.0, "The social web is there")
    hubs = tuple(parties.filter(_arrow(is_hub)).to_pylist())
    return SocialWeb(parties, is_customer, share, reach, ranking, weights, core, hubs, int(of_hubs.sum()), self_calls)


def shares_of(directed: sparse.csr_array, is_customer: BoolArray) -> sparse.csr_array:
    """Return T: each customer's row of weights divided by its sum; rows of others are empty."""
    from scipy import sparse

    degree = np.where(is_customer, np.diff(directed.indptr), 0)
    kept = np.repeat(is_customer, np.diff(directed.indptr))
    total = np.asarray(directed.sum(axis=1)).ravel()
    data = directed.data[kept] / np.repeat(total, degree)
    indptr = np.concatenate([[0], np.cumsum(degree)]).astype(directed.indptr.dtype)
    return sparse.csr_array((data, directed.indices[kept], indptr), shape=directed.shape)


def reach_of(share: sparse.csr_array, pass_on: float = PASS_ON) -> FloatArray:
    """Return how many people each party is expected to reach within two hops, if that party starts.

    In the linear threshold model each person follows one contact or, with chance 1 - ``pass_on``, nobody; the contact
    is drawn by share. As a person follows one only, the ways on which something reaches them exclude each other, and
    their chances add up: the sum over all ways of one and two steps that do not lead back is exact, not a bound.
    Source: Kempe, Kleinberg and Tardos (2003), KDD, theorem 2.5 (live edges).
    """
    follow = share * pass_on
    once = np.asarray(follow.sum(axis=0)).ravel()
    back = np.asarray(follow.multiply(follow.T.tocsr()).sum(axis=0)).ravel()
    return np.asarray(np.maximum(once + follow.T @ once - back, 0.0))


def ranked(share: sparse.csr_array, reach: FloatArray, context: JobContext) -> IntArray:
    """Return the places of all entries, each row's largest share x reach first, equals by number.

    Rows of one length are sorted together: a million short rows take a second.
    """
    score = share.data * reach[share.indices]
    degree = np.diff(share.indptr)
    ranking = np.empty(len(score), dtype=np.int64)
    for length in np.unique(degree[degree > 0]):
        context.check()
        grid = share.indptr[:-1][degree == length].astype(np.int64)[:, None] + np.arange(length)
        order = np.argsort(-score[grid], axis=1, kind="stable")
        ranking[grid] = np.take_along_axis(grid, order, axis=1)
    return ranking


def face_permissions(
    contacts: Sequence[Influence], consent_of: Callable[[str], Consent | None], on: date
) -> tuple[FacePermission, ...]:
    """Say of each contact whether the face may be offered: only a customer whose own consent holds on that day.

    ``consent_of`` is Campaign.consent.
    """
    return tuple(_permission(contact, consent_of, on) for contact in contacts)


def _permission(contact: Influence, consent_of: Callable[[str], Consent | None], on: date) -> FacePermission:
    if not contact.is_customer:
        return FacePermission(contact.contact, False, "A party of another operator, who was never asked.")
    consent = consent_of(contact.contact)
    if consent is None or consent.customer != contact.contact:
        return FacePermission(contact.contact, False, "No photo consent.")
    if consent.holds(on):
        return FacePermission(contact.contact, True, f"Photo consent of {consent.given_on.isoformat()}.")
    if consent.withdrawn_on is not None:
        return FacePermission(contact.contact, False, f"Consent withdrawn on {consent.withdrawn_on.isoformat()}.")
    return FacePermission(contact.contact, False, "The photo consent does not hold on this day.")


def _numbered(
    ties: pa.Table, customers: pa.Array | Sequence[str] | None
) -> tuple[pa.StringArray, IntArray, IntArray, IntArray | None]:
    """Return all keys, ascending, and the numbers of callers, callees and customers.

    A database hands out ties caller by caller, so that a key of a run of rows need be looked up once only.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    listed = pa.chunked_array([[] if customers is None else customers], pa.string())
    runs = pc.run_end_encode(ties[CALLER].cast(pa.string()).combine_chunks())
    lengths = np.diff(runs.run_ends.to_numpy(), prepend=0)
    columns = [pa.chunked_array([runs.values]), ties[CALLEE].cast(pa.string()), listed]
    keys = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    encoded = pc.dictionary_encode(keys).combine_chunks()
    order = pc.sort_indices(encoded.dictionary)
    number = np.empty(len(order), dtype=np.int32)
    number[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    codes = number[encoded.indices.to_numpy()]
    caller, callee, own = np.split(codes, [len(runs.values), len(runs.values) + ties.num_rows])
    return encoded.dictionary.take(order), np.repeat(caller, lengths), callee, None if customers is None else own


def _customers(parties: int, caller: IntArray, listed: IntArray | None) -> BoolArray:
    is_customer = np.zeros(parties, dtype=np.bool_)
    is_customer[caller if listed is None else listed] = True
    return is_customer


def _hubs(ties: pa.Table, caller: IntArray, callee: IntArray, parties: int, rules: WebRules) -> BoolArray:
    """Return which parties are hubs; what a caller's ties were before pruning counts too."""
    mutual = np.asarray(ties[MUTUAL])
    called, answering = np.zeros(parties, dtype=np.int64), np.zeros(parties, dtype=np.int64)
    called[caller], answering[caller] = np.asarray(ties[CONTACTS]), np.asarray(ties[ANSWERING])
    contacts = called + np.bincount(callee[~mutual & (caller != callee)], minlength=parties)
    seen = contacts[contacts > 0]
    if not len(seen):
        return np.zeros(parties, dtype=np.bool_)
    many = (contacts > np.percentile(seen, rules.percentile)) & (contacts >= rules.at_least)
    return np.asarray(many & (contacts - answering >= rules.one_way * contacts))


def _matrix(weight: FloatArray, caller: IntArray, callee: IntArray, parties: int) -> sparse.csr_array:
    from scipy import sparse

    matrix = sparse.csr_array((weight, (caller, callee)), shape=(parties, parties))
    matrix.sort_indices()
    return matrix


def _arrow(mask: BoolArray) -> pa.BooleanArray:
    import pyarrow as pa

    return pa.array(mask)
