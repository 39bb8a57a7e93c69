import pandas as pd
import pytest
from PIL import Image

from engine.resources import ROOT, resource

SMILING = ROOT / "tests" / "data" / "people"


def names(folder):
    return {path.name[:4] for path in folder.glob("p???_*.jpg")}


def test_54_people_are_the_inventory_and_24_others_are_customers():
    inventory, customers = names(resource("demo", "inventory")), names(resource("demo", "customers"))
    assert (len(inventory), len(customers)) == (54, 24)
    assert not inventory & customers


def test_everybody_has_a_second_picture_for_tests():
    assert names(SMILING) == names(resource("demo", "inventory")) | names(resource("demo", "customers"))


@pytest.mark.parametrize("folder", [resource("demo"), SMILING])
def test_the_attribution_lies_beside_the_pictures(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    for words in ("L. DeBruine and B. Jones", "10.6084/m9.figshare.5047666", "CC BY 4.0", "synthetic", "not for real"):
        assert words in text


def test_pictures_are_square_and_carry_nothing_but_the_picture():
    folders = resource("demo", "inventory"), resource("demo", "customers"), SMILING
    for path in (picture for folder in folders for picture in folder.glob("*.jpg")):
        with Image.open(path) as picture:
            assert picture.size == (800, 800), path
            assert not picture.getexif(), path


def test_the_customers_behind_pictures_are_listed():
    table = pd.read_csv(resource("demo", "customers.csv"))
    assert {photo[:4] for photo in table["photo"]} == names(resource("demo", "customers"))
    assert table["age_years"].between(18, 60).all()
    assert set(table["sex"]) == {"female", "male"}
