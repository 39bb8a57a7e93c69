"""Sets the program up and opens its window."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from engine.resources import cache_dir, resource
from engine.unfinished import FINE_TUNING, remove_abandoned
from engine.version import VERSION
from gui.focus_ring import focus_ring
from gui.icons import mark_icon
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.theme import load_fonts, look

SWITCH = 0.0005  # s that the window waits for a worker to let go of the interpreter; ten times that is Python's default


def make_application(settings: Settings) -> QApplication:
    """Return the QApplication with fonts, language and theme; the running one if there is one."""
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("semblance")
    application.setApplicationDisplayName("Semblance")
    application.setApplicationVersion(VERSION)
    application.setDesktopFileName("semblance")
    application.setWindowIcon(mark_icon())
    application.setStyle("Fusion")
    sys.setswitchinterval(SWITCH)
    application.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus, False)
    if QLocale.system().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English))  # C would write 20000 instead of 20,000
    load_fonts()
    load_translations(application)
    look().has_compact_rows = settings.has_compact_rows
    look().use(settings.scheme)
    focus_ring()
    return application


def load_translations(application: QApplication) -> None:
    """Load the program's and Qt's own words in the language of the system, where there are any."""
    folders = (("semblance", str(resource("translations"))), ("qtbase", _qt_translations()))
    for name, folder in folders:
        translator = QTranslator(application)
        if translator.load(QLocale(), name, "_", folder):
            application.installTranslator(translator)


def _qt_translations() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)


def run_window(open_demo: bool = False, campaign: Path | None = None) -> int:
    """Open the window, on the demo or on a campaign file if one is named; return the exit code at its end."""
    settings = Settings()
    application = make_application(settings)
    window = MainWindow(settings)
    window.errors.install()
    window.show()
    remove_abandoned(cache_dir(), FINE_TUNING)
    if campaign is not None:
        window.open_file(campaign)
    elif open_demo:
        window.open_demo()
    code = application.exec()
    window.errors.uninstall()
    return code
