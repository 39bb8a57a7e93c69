from engine.handsets.handset import DeviceClass, Handset
from engine.handsets.history import handset_history, history_of_runs, logged_phone_types, maker_shares
from engine.handsets.loyalty import loyalty
from engine.handsets.loyalty_table import LoyaltyTable
from engine.handsets.naming import NamedHandset, NamedHandsets
from engine.handsets.phone_types import PhoneTypes
from engine.handsets.resolve import resolve_handset
from engine.handsets.tables import HandsetTables, default_tables, read_handset_tables
from engine.handsets.tacs import TacTable, read_tac_table

__all__ = [
    "DeviceClass",
    "Handset",
    "HandsetTables",
    "LoyaltyTable",
    "NamedHandset",
    "NamedHandsets",
    "PhoneTypes",
    "TacTable",
    "default_tables",
    "handset_history",
    "history_of_runs",
    "logged_phone_types",
    "loyalty",
    "maker_shares",
    "read_handset_tables",
    "read_tac_table",
    "resolve_handset",
]
