"""The campaign file: everything the window shows, in one encrypted file."""

from engine.campaign.consent import Consent, consent_day, require_consent
from engine.campaign.inventory import Inventory
from engine.campaign.judgements import Judgements
from engine.campaign.records import (
    Appearance,
    Event,
    FaceChoice,
    InventoryFile,
    Judgement,
    PhotoRights,
    Release,
    Role,
    StoredMatch,
    StoredPhoto,
    TasteVersion,
    Verdict,
)
from engine.campaign.store import Campaign

__all__ = [
    "Appearance",
    "Campaign",
    "Consent",
    "Event",
    "FaceChoice",
    "Inventory",
    "InventoryFile",
    "Judgement",
    "Judgements",
    "PhotoRights",
    "Release",
    "Role",
    "StoredMatch",
    "StoredPhoto",
    "TasteVersion",
    "Verdict",
    "consent_day",
    "require_consent",
]
