from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.offers import Offer, read_offers
from engine.resources import resource


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "offers.csv"
    path.write_bytes(text.encode(encoding))
    return path


def sentence(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as raised:
        read_offers(written(folder, text))
    return str(raised.value)


def test_the_demo_catalogue_is_read_whole():
    offers = read_offers(resource("demo", "offers.csv"))
    assert [offer.key for offer in offers] == ["samsung-5g", "xiaomi-15", "iphone-tradein"]
    assert all(offer.margin > offer.cost > 0 and offer.has_handset and offer.headline for offer in offers)
    assert {offer.language for offer in offers} == {"en", "hu"}


def test_three_columns_are_enough(tmp_path: Path):
    (offer,) = read_offers(written(tmp_path, "offer,margin,cost\nspring,120.5,3\n"))
    assert offer == Offer("spring", "spring", "", 120.5, 3.0, headline="spring", headline_short="spring")
    assert (offer.template, offer.language, offer.has_handset) == ("cover", "en", False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_separators_byte_order_marks_and_line_ends(tmp_path: Path, delimiter: str, encoding: str, newline: str):
    rows = (("Offer", " margin ", "cost", "headline"), ("őszi-5g", "12 990", "9", "Őrült jó"), ("", "", "", ""))
    text = newline.join(delimiter.join(row) for row in rows)
    (offer,) = read_offers(written(tmp_path, text, encoding))
    assert (offer.key, offer.margin, offer.cost, offer.headline) == ("őszi-5g", 12990.0, 9.0, "Őrült jó")


def test_decimal_commas_are_understood(tmp_path: Path):
    (offer,) = read_offers(written(tmp_path, "offer;margin;cost\nspring;12,5;0,25\n"))
    assert (offer.margin, offer.cost) == (12.5, 0.25)


def test_a_text_may_hold_separators_and_line_ends(tmp_path: Path):
    offers = read_offers(written(tmp_path, 'offer,margin,cost,body\na,1,0,"One, two\nand ""three"""\nb,2,1,x\n'))
    assert [offer.body for offer in offers] == ['One, two\nand "three"', "x"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "offers.csv is empty"),
        ("\n \n", "offers.csv is empty"),
        ("offer,margin,cost\n", "offers.csv holds column names but no offer"),
        ("offer,price,cost\na,1,2\n", 'offers.csv: the column "margin" is missing. Found: offer, price, cost.'),
        ("offer,margin,cost,cost\na,1,2,2\n", 'the column "cost" is there twice'),
        ("offer,margin,cost\na,1,2\nb,many,2\n", 'offers.csv, line 3: margin should be a number, but "many" was found'),
        ("offer,margin,cost\na,,2\n", 'line 2: margin should be a number, but "" was found'),
        ("offer,margin,cost\na,nan,2\n", 'line 2: margin should be a number, but "nan" was found'),
        ("offer,margin,cost\na,1,-2\n", "line 2: cost is -2; it cannot be below 0"),
        ("offer,margin,cost\na,1,2\n\nA,1,2\n", 'line 4: the offer "A" is there twice'),
        ("offer,margin,cost\nnone,1,2\n", 'line 2: "none" means no offer'),
        ("offer,margin,cost\n,1,2\n", 'line 2: the column "offer" is empty'),
        ("offer,margin,cost\na/b,1,2\n", 'line 2: the key "a/b" cannot be part of a file name'),
        ("offer,margin,cost\n..,1,2\n", 'line 2: the key ".." cannot be part of a file name'),
        ("offer,margin,cost\ncon,1,2\n", 'line 2: the key "con" cannot be part of a file name'),
        ("offer,margin,cost\na,1,2,3\n", "line 2: 4 values were found for 3 columns"),
        ("offer,margin,cost,template\na,1,2,neon\n", 'line 2: template is "neon". Choose one of cover, cut'),
        ("offer,margin,cost,language\na,1,2,de\n", 'line 2: language is "de". Choose one of en, hu'),
        ("offer,margin,cost,has_handset\na,1,2,maybe\n", 'line 2: has_handset is "maybe"'),
        ('offer,margin,cost\n"a,1,2\n', "the quotation marks do not close"),
    ],
)
def test_what_cannot_be_used_is_named_with_file_and_line(tmp_path: Path, text: str, said: str):
    assert said in sentence(tmp_path, text)


def test_other_encodings_are_read_and_a_missing_file_is_named(tmp_path: Path):
    path = written(tmp_path, "Ajánlat;Árrés;Költség\nőszi;1;2,5\n", "iso-8859-2")
    assert [(offer.key, offer.margin, offer.cost) for offer in read_offers(path)] == [("őszi", 1.0, 2.5)]
    with pytest.raises(InputError, match=r"nothing\.csv does not exist"):
        read_offers(tmp_path / "nothing.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(max_size=200))
def test_any_text_gives_offers_or_a_sentence(tmp_path: Path, text: str):
    path = tmp_path / "offers.csv"
    path.write_text("offer,margin,cost\n" + text, encoding="utf-8", errors="replace", newline="")
    try:
        offers = read_offers(path)
    except InputError as error:
        assert str(error).startswith("offers.csv")
    else:
        assert offers
        assert len({offer.key.lower() for offer in offers}) == len(offers)


def test_stock_and_budget_are_whole_and_may_be_left_empty(tmp_path: Path):
    offers = read_offers(written(tmp_path, "offer,margin,cost,stock,budget\na,1,2,1 500,\nb,1,2,,90.5\n"))
    assert [(offer.stock, offer.budget) for offer in offers] == [(1500, None), (None, 90.5)]
    assert "stock is 1.5; it must be a whole number" in sentence(tmp_path, "offer,margin,cost,stock\na,1,2,1.5\n")
    assert "budget is -1; it cannot be below 0" in sentence(tmp_path, "offer,margin,cost,budget\na,1,2,-1\n")
