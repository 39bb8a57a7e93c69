"""What holds for all customers of the social web: contacts, reach, and how contacts' phones go with the next phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui import numbers
from gui.charts.histogram import Histogram
from gui.widgets import Card, Label

if TYPE_CHECKING:
    from engine.social import Circles, EgoNetwork, NextMakerInfluence


def tr(text: str) -> str:
    """Translate a phrase of the Social tab."""
    return QCoreApplication.translate("social", text)


def influence_words(found: NextMakerInfluence | None) -> str:
    """Say how contacts' phones go with the next phone. Nobody's contacts were drawn by lot: it is no effect."""
    if found is None:
        return tr("Too few changes of phone were seen to say how contacts' phones go with the next phone.")
    seen = found.within_communities
    span = numbers.likely_range(numbers.decimal(seen.low, 1), numbers.decimal(seen.high, 1))
    if not seen.is_clear:
        said = tr("Contacts' phones and the next phone: no clear difference ({points} of 100, likely range {span}).")
        return said.format(points=numbers.decimal(seen.points, 1, signed=True), span=span)
    amount = tr("{points} more") if seen.points > 0 else tr("{points} fewer")
    said = tr(
        "Contacts' phones are associated with the next phone: where all contacts use a maker, about {amount} of 100 "
        "have it next than where none does (likely range {span}). Seen together, not caused."
    )
    return said.format(amount=amount.format(points=numbers.decimal(abs(seen.points))), span=span)


class AllCustomersCard(Card):
    """How contacts and reach are spread, with the place of the customer in view, and one sentence on phones."""

    def __init__(self) -> None:
        super().__init__(tr("All customers"), gap=4)
        self.degrees, self.reaches = Histogram(tr("Customers by contacts")), Histogram(tr("Customers by reach"))
        self.degree_words, self.reach_words = (Label("", "body", "muted", wrap=True) for _ in range(2))
        self.influence = Label("", wrap=True)
        self.influence.setContentsMargins(0, 0, 0, 4)  # Qt reckons four lines of this font too low
        for words, chart in ((self.degree_words, self.degrees), (self.reach_words, self.reaches)):
            self.body.addWidget(words)
            self.body.addWidget(chart)
        self.body.addSpacing(4)
        self.body.addWidget(self.influence)

    def show_influence(self, found: NextMakerInfluence | None) -> None:
        """Say how contacts' phones go with the next phone."""
        self.influence.setText(influence_words(found))
        if found is not None:
            tip = tr("95 % confidence interval, from {changes} changes of phone in {circles} communities")
            self.influence.setToolTip(
                tip.format(changes=numbers.decimal(found.changes), circles=numbers.decimal(found.communities))
            )

    def show_spread(self, circles: Circles, network: EgoNetwork) -> None:
        """Show how contacts and reach are spread, and where a customer stands."""
        degrees, reaches = circles.degrees, circles.reaches
        half, top = (float(np.quantile(degrees, q)) for q in (0.5, 0.99))
        self.degree_words.setText(
            tr("Contacts: half of all have {half} or more, one of 100 has {top} or more.").format(
                half=numbers.decimal(half), top=numbers.decimal(top)
            )
        )
        half, top = (float(np.quantile(reaches, q)) for q in (0.5, 0.99))
        self.reach_words.setText(
            tr("Reach: half of all reach {half} or more, one of 100 reaches {top} or more.").format(
                half=numbers.decimal(half, 1), top=numbers.decimal(top, 1)
            )
        )
        self.degrees.show_values(degrees, network.degree)
        self.reaches.show_values(reaches, network.reach)
