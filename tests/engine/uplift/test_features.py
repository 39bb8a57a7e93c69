from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.uplift.features import MOST_LEVELS, learn_features


def people(rows: int = 2_000, towns: int = 30) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "residence": pd.Series(random.integers(0, towns, rows)).map("town {}".format),
            "is_new": random.random(rows) < 0.2,
            "age": np.where(random.random(rows) < 0.1, np.nan, random.normal(40, 10, rows)),
            "calls": random.poisson(30, rows),
            "same": 1.0,
        }
    )


def test_layout_describes_every_design_column():
    table = people()
    space = learn_features(table)
    design, layout = space.design(space.rows(table).codes), space.layout
    assert design.shape == (2_000, len(layout.group)) == (2_000, len(layout.parents))
    assert np.isfinite(design).all()
    names = [category.name for category in space.categories] + [quantity.name for quantity in space.quantities]
    assert names == ["residence", "is_new", "age", "calls"]
    for column in range(1, design.shape[1]):
        parents = [names[i] for i in set(layout.parents[column].tolist())]
        changed = table.copy()
        for name in set(names) - set(parents):
            changed[name] = table[name].iloc[::-1].to_numpy()
        assert np.array_equal(space.design(space.rows(changed).codes)[:, column], design[:, column])
    pairs = {tuple(sorted(names[i] for i in pair)) for pair in layout.parents[layout.is_pair].tolist()}
    assert pairs == {("age", "is_new"), ("calls", "is_new"), ("age", "calls")}


def test_unseen_and_rare_categories_count_as_average():
    table = people()
    space = learn_features(table)
    average = space.design(space.rows(table).codes).mean(axis=0)
    stranger = table.head(1).assign(residence="elsewhere")
    residence = space.layout.parents[:, 0] == 0
    mine = residence & (space.layout.parents[:, 1] == 0)
    assert space.design(space.rows(stranger).codes)[0, mine] == pytest.approx(average[mine])
    assert np.isnan(space.rows(stranger).codes[0, 0])


def test_thousands_of_towns_keep_the_most_frequent():
    table = people(rows=40_000, towns=2_500)
    table.loc[:4_000, "residence"] = "capital"
    space = learn_features(table)
    assert len(space.categories[0].levels) == MOST_LEVELS
    assert "capital" in space.categories[0].levels
    assert np.nanmax(space.rows(table).codes[:, 0]) < 255


def test_categories_mean_the_same_in_every_text_type():
    table = people()
    space = learn_features(table)
    codes = space.rows(table).codes
    for kind in ("category", "object", "str"):
        assert np.array_equal(space.rows(table.astype({"residence": kind})).codes, codes, equal_nan=True)


def test_a_missing_column_is_named_with_what_was_found():
    space = learn_features(people())
    with pytest.raises(InputError, match=r'"age" is missing.*Found: residence, is_new, calls, same'):
        space.check(people().drop(columns="age"))


def test_times_and_doubled_columns_are_refused():
    with pytest.raises(InputError, match='"since" holds times'):
        learn_features(people().assign(since=pd.Timestamp("2026-01-01")))
    with pytest.raises(InputError, match='"age" occurs twice'):
        learn_features(pd.concat([people(), people()[["age"]]], axis=1))


def test_infinite_numbers_count_as_missing():
    table = people()
    table.loc[5, "age"] = np.inf
    space = learn_features(table)
    assert np.isnan(space.rows(table).codes[5, 2])
    assert np.isfinite(space.design(space.rows(table).codes)).all()
