"""In which year a handset was launched, where its name or code tells it."""

from __future__ import annotations

import re

_GALAXY_S = {
    5: 2014,
    6: 2015,
    7: 2016,
    8: 2017,
    9: 2018,
    10: 2019,
    20: 2020,
    21: 2021,
    22: 2022,
    23: 2023,
    24: 2024,
    25: 2025,
}
_GALAXY_NOTE = {3: 2013, 4: 2014, 8: 2017, 9: 2018, 10: 2019, 20: 2020}
_GALAXY_Z = {3: 2021, 4: 2022, 5: 2023, 6: 2024, 7: 2025}
_IPHONE = {
    4: 2010,
    5: 2012,
    6: 2014,
    7: 2016,
    8: 2017,
    11: 2019,
    12: 2020,
    13: 2021,
    14: 2022,
    15: 2023,
    16: 2024,
    17: 2025,
}
_HUAWEI_P = {8: 2015, 9: 2016, 10: 2017, 20: 2018, 30: 2019, 40: 2020, 50: 2021, 60: 2023}
_PIXEL = {2: 2017, 3: 2018, 4: 2019, 5: 2020, 6: 2021, 7: 2022, 8: 2023, 9: 2024, 10: 2025}
_PIXEL_A = {3: 2019, 4: 2020, 5: 2021, 6: 2022, 7: 2023, 8: 2024, 9: 2025}
_ONEPLUS = {3: 2016, 5: 2017, 6: 2018, 7: 2019, 8: 2020, 9: 2021, 10: 2022, 11: 2023, 12: 2023, 13: 2024}
_FAIRPHONE = {2: 2015, 3: 2019, 4: 2021, 5: 2023}
_SERIES: tuple[tuple[str, str, dict[int, int]], ...] = (
    ("Samsung", r"galaxy s([0-9]{1,2})(?:\+| ?(?:plus|edge|ultra|5g))*$", _GALAXY_S),
    ("Samsung", r"galaxy note ?([0-9]{1,2})(?:\+| ?(?:plus|ultra|5g))*$", _GALAXY_NOTE),
    ("Samsung", r"galaxy z (?:fold|flip) ?([0-9])(?: ?5g)?$", _GALAXY_Z),
    ("Apple", r"iphone ([0-9]{1,2})(?: ?(?:plus|pro|max|mini))*$", _IPHONE),
    ("Huawei", r"p([0-9]{1,2})(?: ?(?:pro|plus))*$", _HUAWEI_P),
    ("Google", r"pixel ([0-9]{1,2})(?: ?(?:pro|xl))*$", _PIXEL),
    ("Google", r"pixel ([0-9])a(?: ?5g)?$", _PIXEL_A),
    ("OnePlus", r"([0-9]{1,2})(?: ?(?:pro|5g))*$", _ONEPLUS),
    ("Fairphone", r"(?:fp)?([2-5])$", _FAIRPHONE),
)
SERIES = tuple((maker, re.compile(pattern, re.IGNORECASE), years) for maker, pattern, years in _SERIES)


def launch_year(maker: str, *texts: str) -> int | None:
    """Return the year in which a device came out, by its code and names without the maker's, or None."""
    for text in texts:
        for owner, pattern, years in SERIES:
            found = pattern.match(text) if owner == maker else None
            if found and int(found.group(1)) in years:
                return years[int(found.group(1))]
    return None
