"""What the package device-detector makes of a phone-type string, given to it as the browser string of such a phone."""

from __future__ import annotations

import functools

from engine.handsets.handset import DeviceClass, Handset, model_key

SHORTEST_KEY = 4  # shorter codes are used by many makers
BROWSER = (
    "Mozilla/5.0 (Linux; Android 12; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)
CLASSES = {
    "smartphone": DeviceClass.PHONE,
    "phablet": DeviceClass.PHONE,
    "feature phone": DeviceClass.FEATURE_PHONE,
    "tablet": DeviceClass.TABLET,
    "wearable": DeviceClass.WATCH,
    "": DeviceClass.UNKNOWN,
    "desktop": DeviceClass.UNKNOWN,
}


def is_detectable(text: str) -> bool:
    """Whether a string has what a model code has: letters and digits enough, and no sign that ends it."""
    key = model_key(text)
    has_both = any(map(str.isdigit, key)) and any(map(str.isalpha, key))
    return has_both and len(key) >= SHORTEST_KEY and len(text) <= 60 and not set(text) & set(";()<>{}")


@functools.lru_cache(maxsize=10_000)
def detect(text: str) -> Handset | None:
    """Return the handset under the detector's own names, or None if it knows of no maker.

    The first call reads the detector's rules, which takes one to two seconds; then a string takes some 20 ms.
    """
    from device_detector import DeviceDetector

    found = DeviceDetector(BROWSER.format(text), skip_bot_detection=True).parse()
    maker = found.device_brand()
    if not maker:
        return None
    return Handset(maker, found.device_model() or text, CLASSES.get(found.device_type(), DeviceClass.OTHER))
