"""The campaign file: everything the window shows, in one encrypted file."""

from engine.campaign.consent import Consent, consent_day, require_consent
from engine.campaign.records import Event, FaceChoice, Role, StoredMatch, StoredPhoto
from engine.campaign.store import Campaign

__all__ = [
    "Campaign",
    "Consent",
    "Event",
    "FaceChoice",
    "Role",
    "StoredMatch",
    "StoredPhoto",
    "consent_day",
    "require_consent",
]
