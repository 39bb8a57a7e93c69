"""Inter for the ads: three static weights, registered once per application."""

from __future__ import annotations

import os
import sys
import threading

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from engine.errors import SemblanceError
from engine.resources import resource

FONT_FILES = {400: "Inter_400Regular.ttf", 600: "Inter_600SemiBold.ttf", 800: "Inter_800ExtraBold.ttf"}
_REGISTERED = "semblanceInter"  # a property of the application, so that it lives exactly as long as the fonts do


def ensure_application() -> QGuiApplication:
    """Return the running application, or make one that needs no screen.

    Without a screen on Linux the "offscreen" platform is chosen. Only the main thread may make one.
    """
    app = QGuiApplication.instance()
    if isinstance(app, QGuiApplication):
        return app
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("The first ad must be composed, or ensure_application called, in the main thread.")
    on_linux = sys.platform.startswith("linux")
    if on_linux and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["semblance"])


def register_fonts() -> None:
    """Make Inter known to the application, once. Raises SemblanceError if a font file is missing or broken."""
    app = ensure_application()
    if app.property(_REGISTERED):
        return
    for name in FONT_FILES.values():
        path = resource("fonts", name)
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise SemblanceError(f"The font {name} is missing from the program or broken. Install Semblance again.")
    app.setProperty(_REGISTERED, True)


def inter(weight: int, pixels: int, spacing: float = 0.0) -> QFont:
    """Return Inter in 400, 600 or 800, unhinted so that widths grow evenly with size; ``spacing`` in em.

    Characters that Inter lacks are not borrowed from the system's fonts: an ad looks the same on every machine.
    """
    font = QFont("Inter")
    font.setWeight(QFont.Weight(weight))
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing * pixels)
    return font
