"""Who was erased, as keyed digests: files that are read again must not bring anybody back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

DOCUMENT = "erased"


@dataclass(frozen=True)
class Erased:
    """Digests of identifiers under a salt of the campaign's own; they can be compared and not be read."""

    salt: str = field(default_factory=lambda: secrets.token_hex(32))
    digests: frozenset[str] = frozenset()

    def with_customer(self, customer: str) -> Erased:
        """Return the same with one more."""
        return Erased(self.salt, self.digests | {self._digest(customer)})

    def among(self, customers: Iterable[str]) -> tuple[str, ...]:
        """Return those of some identifiers that were erased, in the order of the alphabet."""
        return tuple(sorted({one for one in customers if self._digest(one) in self.digests})) if self.digests else ()

    def _digest(self, customer: str) -> str:
        return hashlib.blake2b(customer.encode(), key=bytes.fromhex(self.salt), digest_size=16).hexdigest()

    def to_json(self) -> str:
        """Return the digests as JSON text."""
        return json.dumps([self.salt, sorted(self.digests)])

    @classmethod
    def from_json(cls, text: str | None) -> Erased:
        """Return what ``to_json`` wrote; nobody for None."""
        if text is None:
            return cls()
        salt, digests = json.loads(text)
        return cls(salt, frozenset(digests))
