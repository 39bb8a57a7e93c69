"""One population and one delivery for all tests of the simulator."""

import pytest

from engine.demo import simulate_operator, simulate_population


@pytest.fixture(scope="session")
def population():
    return simulate_population(20_000, seed=4)


@pytest.fixture(scope="session")
def delivery(tmp_path_factory):
    return simulate_operator(tmp_path_factory.mktemp("operator"), customers=3_000, seed=11)
