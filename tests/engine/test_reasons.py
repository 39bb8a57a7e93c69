"""Opening a campaign is enough to explain any customer's offer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.campaign import Campaign
from engine.columns import CUSTOMER
from engine.errors import InputError
from engine.reasons import FEATURES, read_reasons
from engine.uplift import Honesty


def test_a_campaign_explains_its_customers_until_they_are_erased(demo_campaign_path: Path, tmp_path: Path):
    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        reasons, table = read_reasons(campaign), campaign.read_table("customers")
        assert reasons is not None
        assert table is not None
        for row in (0, 700):
            customer = table[CUSTOMER][row].as_py()
            for offer in campaign.offers():
                found = reasons.of(customer, offer.key)
                assert found.uplift == pytest.approx(table[f"uplift:{offer.key}"][row].as_py(), abs=1e-12)
                assert found.average + sum(one.uplift for one in found.reasons) == pytest.approx(found.uplift)
        campaign.erase_customer(customer)
        left = campaign.read_table(FEATURES, [CUSTOMER])
        assert left is not None
        assert customer not in left[CUSTOMER].to_pylist()
        again = read_reasons(campaign)
        assert again is not None
        with pytest.raises(InputError, match=f"no customer {customer} whose offer"):
            again.of(customer, "xiaomi-15")


def test_a_campaign_holds_its_honesty_panel(demo_campaign_path: Path):
    with Campaign.open(demo_campaign_path, "demo") as campaign:
        honesty = Honesty.from_json(campaign.read_document("honesty") or "")
    assert honesty.is_randomised
    assert {finding.kind for finding in honesty.findings} >= {"arms alike", "placebo"}
