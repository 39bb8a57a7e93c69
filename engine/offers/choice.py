"""What the designer chose: personal offers or one for all, and how many customers are asked at most."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from engine.columns import NO_OFFER


@dataclass(frozen=True)
class Choice:
    """Nothing yet (``open``: offers are personal), personal offers all the same, or one offer ``for_all``.

    ``offer`` is the key of the one offer, NO_OFFER to send none. ``most`` is how many customers are asked at most,
    those worth most first; None asks all who are worth it.
    """

    kind: Literal["open", "personal", "for_all"] = "open"
    offer: str = NO_OFFER
    most: int | None = None

    def to_json(self) -> str:
        """Return the choice as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Choice:
        """Return the choice that ``to_json`` wrote."""
        return cls(**json.loads(text))
