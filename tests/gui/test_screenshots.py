"""The screenshot tool: every page, both themes, at the density asked for."""

import pytest
from PySide6.QtGui import QImage

import gui.screenshots
from gui.screenshots import make_screenshots
from gui.theme import load_theme


def test_pages_are_grabbed_in_both_themes_at_twice_the_density(bare_campaign_path, tmp_path, monkeypatch):
    monkeypatch.setattr(gui.screenshots, "SCALES", (2,))
    make_screenshots(bare_campaign_path, tmp_path / "pictures", "open sesame")
    for page in ("start", "data", "loyalty", "recommendations", "faces", "preview"):
        for scheme in ("light", "dark"):
            image = QImage(str(tmp_path / "pictures" / f"{page}-{scheme}@2x.png"))
            assert (image.width(), image.height()) == (2880, 1800)
            assert image.pixelColor(1400, 60).name() == load_theme(scheme).colours.background.lower()


def test_campaign_that_does_not_open_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(gui.screenshots, "SCALES", (1,))
    with pytest.raises(OSError, match="was not opened"):
        make_screenshots(tmp_path / "missing.semblance", tmp_path / "pictures", "any")
