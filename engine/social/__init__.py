from engine.social.beginning import SeedList, campaign_seeds
from engine.social.kept import CONTACTS, PEOPLE, Circles, EgoNetwork, choose_contact, leading_contacts, write_circle
from engine.social.next_maker import INFLUENCE_DOCUMENT, Association, NextMakerInfluence, next_maker_influence
from engine.social.records import web_from_records
from engine.social.seeds import Seeds, choose_seeds
from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import FacePermission, Influence, Listening, SocialWeb, WebRules, face_permissions, social_web

__all__ = [
    "CONTACTS",
    "INFLUENCE_DOCUMENT",
    "PEOPLE",
    "Association",
    "Circles",
    "EgoNetwork",
    "FacePermission",
    "Influence",
    "Listening",
    "NextMakerInfluence",
    "SeedList",
    "Seeds",
    "SocialWeb",
    "TieRules",
    "WebRules",
    "campaign_seeds",
    "choose_contact",
    "choose_seeds",
    "face_permissions",
    "leading_contacts",
    "next_maker_influence",
    "self_calls",
    "social_web",
    "tie_table",
    "web_from_records",
    "write_circle",
]
