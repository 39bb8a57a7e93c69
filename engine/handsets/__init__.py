from engine.handsets.history import handset_history, maker_shares
from engine.handsets.loyalty import LoyaltyTable, loyalty
from engine.handsets.resolve import Handset, HandsetTables, read_handset_tables, resolve_handset

__all__ = [
    "Handset",
    "HandsetTables",
    "LoyaltyTable",
    "handset_history",
    "loyalty",
    "maker_shares",
    "read_handset_tables",
    "resolve_handset",
]
