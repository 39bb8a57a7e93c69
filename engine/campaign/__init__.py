"""The campaign file: everything the window shows, in one encrypted file."""

from engine.campaign.consent import Consent, require_consent
from engine.campaign.records import Event, Role, StoredMatch, StoredPhoto
from engine.campaign.store import Campaign

__all__ = ["Campaign", "Consent", "Event", "Role", "StoredMatch", "StoredPhoto", "require_consent"]
