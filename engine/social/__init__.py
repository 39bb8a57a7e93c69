from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import FacePermission, Influence, SocialWeb, WebRules, face_permissions, social_web

__all__ = [
    "FacePermission",
    "Influence",
    "SocialWeb",
    "TieRules",
    "WebRules",
    "face_permissions",
    "self_calls",
    "social_web",
    "tie_table",
]
