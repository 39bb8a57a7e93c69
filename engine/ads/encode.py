"""Writing ads as JPEG: sRGB, as good as a weight limit allows, and with no metadata but what it must carry."""

from __future__ import annotations

import io

import numpy as np
from PySide6.QtGui import QImage

# bytes per size; source: IAB Technology Laboratory, Fixed Size Ad Specifications (2017), initial load
WEIGHT_LIMITS = {
    "300x250": 150_000,
    "728x90": 150_000,
    "160x600": 150_000,
    "320x50": 50_000,
    "970x250": 250_000,
    "1080x1920": 300_000,
}
BEST_QUALITY, SOFT_QUALITY, WORST_QUALITY = 92, 75, 30
_FULL_COLOUR, _HALF_COLOUR = 0, 2  # Pillow's names for 4:4:4 and 4:2:0

# says that the picture was put together from several; source: IPTC NewsCodes, Digital Source Type
_XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType='
    b'"http://cv.iptc.org/newscodes/digitalsourcetype/composite"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def encode_jpeg(image: QImage, limit_bytes: int | None = None) -> bytes:
    """Encode a picture as JPEG in sRGB, the best quality that stays within ``limit_bytes``.

    Full colour resolution is kept while the quality is 75 or more. If even the poorest quality is heavier than the
    limit, that one is returned: no size of picture that has a limit comes near it.
    """
    best = _encode(image, BEST_QUALITY, _FULL_COLOUR)
    if limit_bytes is None or len(best) <= limit_bytes:
        return best
    return (
        _search(image, limit_bytes, SOFT_QUALITY, BEST_QUALITY - 1, _FULL_COLOUR)
        or _search(image, limit_bytes, WORST_QUALITY, BEST_QUALITY - 1, _HALF_COLOUR)
        or _encode(image, WORST_QUALITY, _HALF_COLOUR)
    )


def _search(image: QImage, limit: int, low: int, high: int, sampling: int) -> bytes | None:
    """Return the heaviest encoding of quality low..high within the limit, by bisection; None if none is."""
    found = None
    while low <= high:
        quality = (low + high) // 2
        data = _encode(image, quality, sampling)
        if len(data) <= limit:
            found, low = data, quality + 1
        else:
            high = quality - 1
    return found


def _encode(image: QImage, quality: int, sampling: int) -> bytes:
    from PIL import Image

    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=sampling, xmp=_XMP)
    return buffer.getvalue()
