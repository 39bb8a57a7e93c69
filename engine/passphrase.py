"""What a passphrase must be, in the window and at the command line alike."""

from __future__ import annotations

from engine.errors import CampaignFileError

SHORTEST_PASSPHRASE = 8  # signs
DEMO_PASSPHRASE = "demo"  # noqa: S105 - public on purpose: no real person is in the demo


def require_passphrase(passphrase: str, *, is_demo: bool = False) -> None:
    """Raise CampaignFileError if a new campaign file would be locked with too little; the demo has its own."""
    if is_demo and passphrase == DEMO_PASSPHRASE:
        return
    if not passphrase:
        raise CampaignFileError("The passphrase is empty, so nothing would be encrypted. Choose one.")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise CampaignFileError(
            f"The passphrase is too short. Choose at least {SHORTEST_PASSPHRASE} characters; four words are good."
        )
