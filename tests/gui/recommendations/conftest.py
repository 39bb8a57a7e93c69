"""The Recommendations page on a real campaign."""

from dataclasses import replace

import pytest

from gui.jobs import JobQueue
from gui.recommendations_page import RecommendationsPage
from tests.gui.recommendations.given import settle


@pytest.fixture(scope="package")
def campaign(still_campaign):
    return still_campaign


@pytest.fixture(scope="package")
def results(still_results):
    """The demo, with a signal and a gain whatever chance made of its 2,000 customers."""
    found = still_results
    evaluation = replace(found.evaluation, has_signal=True)
    return replace(found, evaluation=evaluation, value=replace(found.value, gain=38.0, gain_low=9.0, gain_high=67.0))


@pytest.fixture
def page(qtbot):
    jobs = JobQueue()
    page = RecommendationsPage(jobs)
    page.queue = jobs
    qtbot.addWidget(page)
    page.resize(1440, 820)
    page.show()
    return page


@pytest.fixture
def shown(page, campaign, results, qtbot):
    page.set_campaign(campaign, results)
    settle(page, qtbot)
    return page
