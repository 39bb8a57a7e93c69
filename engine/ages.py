"""The bands in which ages are told, wherever they are told."""

from __future__ import annotations

AGE_BAND_STARTS = (18, 25, 35, 45, 55, 65)  # years; the last band has no end
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
