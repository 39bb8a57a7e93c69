"""The same questions to an operator's own warehouse: results come back, the records stay."""

from engine.warehouse.address import Address, parse_address
from engine.warehouse.connect import Warehouse, open_warehouse
from engine.warehouse.fetch import Answer, fetch
from engine.warehouse.listing import Listing, list_customers
from engine.warehouse.plan import Source, WarehousePlan, load_plan, parse_plan

__all__ = [
    "Address",
    "Answer",
    "Listing",
    "Source",
    "Warehouse",
    "WarehousePlan",
    "fetch",
    "list_customers",
    "load_plan",
    "open_warehouse",
    "parse_address",
    "parse_plan",
]
