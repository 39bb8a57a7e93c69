"""The inventory of a campaign: photos with their rights and looks, and the match of customers with them."""

from engine.inventory.appearance import appearance_of, measure_missing
from engine.inventory.assignment import assign_with_cap
from engine.inventory.copies import NearCopy, near_copies
from engine.inventory.faces import Looks
from engine.inventory.importing import Copy, InventoryReport, import_photos
from engine.inventory.map import InventoryMap, inventory_map
from engine.inventory.matching import Matcher, match_customer, match_everybody, pin
from engine.inventory.ranking import RankedFace, parts_of, rank
from engine.inventory.renewing import read_by_others, renew_embeddings
from engine.inventory.rights import Clearance, may_be_used, release_unknown, rights_table_name, set_rights
from engine.inventory.rights_table import AppliedRights, RightsTable, apply_rights, read_rights
from engine.inventory.settings import MatchSettings, MatchWeights, keep_match_settings, match_settings
from engine.inventory.thumbnails import thumbnails

__all__ = [
    "AppliedRights",
    "Clearance",
    "Copy",
    "InventoryMap",
    "InventoryReport",
    "Looks",
    "MatchSettings",
    "MatchWeights",
    "Matcher",
    "NearCopy",
    "RankedFace",
    "RightsTable",
    "appearance_of",
    "apply_rights",
    "assign_with_cap",
    "import_photos",
    "inventory_map",
    "keep_match_settings",
    "match_customer",
    "match_everybody",
    "match_settings",
    "may_be_used",
    "measure_missing",
    "near_copies",
    "parts_of",
    "pin",
    "rank",
    "read_by_others",
    "read_rights",
    "release_unknown",
    "renew_embeddings",
    "rights_table_name",
    "set_rights",
    "thumbnails",
]
