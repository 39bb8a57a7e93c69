from engine.social.kept import Circles, EgoNetwork, choose_contact, chosen_contact, write_circle
from engine.social.next_maker import Association, NextMakerInfluence, maker_shares_of_contacts, next_maker_influence
from engine.social.records import web_from_records
from engine.social.seeds import Seeds, choose_seeds
from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import FacePermission, Influence, SocialWeb, WebRules, face_permissions, social_web

__all__ = [
    "Association",
    "Circles",
    "EgoNetwork",
    "FacePermission",
    "Influence",
    "NextMakerInfluence",
    "Seeds",
    "SocialWeb",
    "TieRules",
    "WebRules",
    "choose_contact",
    "choose_seeds",
    "chosen_contact",
    "face_permissions",
    "maker_shares_of_contacts",
    "next_maker_influence",
    "self_calls",
    "social_web",
    "tie_table",
    "web_from_records",
    "write_circle",
]
