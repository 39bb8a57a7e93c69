"""The reasons behind every customer's offer, from what the campaign file keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.columns import CUSTOMER
from engine.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from engine.campaign import Campaign
    from engine.uplift import Explainer, Reasons

EXPLAINER, FEATURES = "explainer", "features"


@dataclass(frozen=True)
class CampaignReasons:
    """What explains the offers of a campaign, read once."""

    explainer: Explainer
    features: pa.Table

    def of(self, customer: str, offer: str) -> Reasons:
        """Explain a customer's uplift with an offer.

        Raises InputError for a customer who is not there and for an offer that was not tried.
        """
        place = pc.index(self.features[CUSTOMER], customer).as_py()
        if place < 0:
            raise InputError(f"There is no customer {customer} whose offer could be explained. Choose another one.")
        return self.explainer.explain(self.features.slice(place, 1).to_pandas(), offer)


def keep_reasons(campaign: Campaign, explainer: Explainer, features: pd.DataFrame) -> None:
    """Keep what explains the offers: the model's numbers, and what it knows of each customer, erased with them."""
    known = features[list(explainer.features)]
    for name in known.columns[: len(explainer.space.categories)]:
        known = known.assign(**{name: known[name].astype("category")})
    table = pa.Table.from_pandas(known.reset_index(names=CUSTOMER), preserve_index=False)
    campaign.write_table(FEATURES, table)
    campaign.write_document(EXPLAINER, explainer.to_json())


def read_reasons(campaign: Campaign) -> CampaignReasons | None:
    """Return what explains the offers, or None if the campaign does not hold it."""
    from engine.uplift import Explainer

    document, features = campaign.read_document(EXPLAINER), campaign.read_table(FEATURES)
    if document is None or features is None:
        return None
    return CampaignReasons(Explainer.from_json(document), features)
