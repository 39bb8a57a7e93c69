from __future__ import annotations

import numpy as np
import pytest

from gui.faces_data import PhotoFacts
from gui.photo_search import PhotoSearch, hair_names

ANNA = PhotoFacts("summer/anna.jpg", age=(23.0, 31.0), hair="Dark fair")
BELA = PhotoFacts("fair/bela.jpg", age=(58.0, 66.0), hair="Grey")
CILI = PhotoFacts("summer/cili.jpg")
PHOTOS = (ANNA, BELA, CILI)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", PHOTOS),
        ("age 30-40", (ANNA,)),
        ("Age: 32 to 57", ()),
        ("age 25", (ANNA,)),
        ("age 60+", (BELA,)),
        ("age 66–20", (ANNA, BELA)),
        ("fair hair", (ANNA,)),
        ("hair: dark fair", (ANNA,)),
        ("light fair hair", ()),
        ("GREY hair age 50-70", (BELA,)),
        ("summer fair hair age 20-30", (ANNA,)),
        ("summer", (ANNA, CILI)),
        ("fair", (BELA,)),
        ("age", ()),
    ],
)
def test_photos_are_found_by_age_and_hair_beside_words(text: str, found: tuple[PhotoFacts, ...]):
    search = PhotoSearch.of(text)
    assert tuple(photo for photo in PHOTOS if search.finds(photo, photo.words)) == found


def test_colours_of_hair_are_named_by_the_nearest_and_what_is_not_known_is_not():
    lab = np.array([(8, 1, 1), (20, 6, 8), (75, 4, 30), (40, 28, 32), (60, 0, 2), (np.nan,) * 3], np.float32)
    assert hair_names(lab) == ["Black", "Dark brown", "Fair", "Red", "Grey", ""]


def test_a_photo_tells_in_how_many_ads_it_is():
    told = [PhotoFacts("a.jpg", ads=count).told for count in (0, 1, 1200)]
    assert told == ["a.jpg\nIn no ad", "a.jpg\nIn 1 ad", "a.jpg\nIn 1,200 ads"]
