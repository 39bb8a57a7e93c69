"""What the logs say of each customer's habits, by bandicoot's definitions, as expressions for any back end."""

from engine.indicators.customers import HABITS, habits, indicators, weekly_indicators, with_weeks
from engine.indicators.local import customer_indicators
from engine.indicators.tables import Tables

__all__ = ["HABITS", "Tables", "customer_indicators", "habits", "indicators", "weekly_indicators", "with_weeks"]
