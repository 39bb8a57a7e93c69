"""What came out of a campaign, in the figures that summary.json promises."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from engine.version import VERSION

if TYPE_CHECKING:
    from engine.uplift import Finding

NOTABLE_PACKAGES = (
    "numpy", "pandas", "scikit-learn", "scikit-uplift", "duckdb", "opencv-python-headless", "onnxruntime",
    "PySide6-Essentials", "apsw-sqlite3mc", "resvg-py",
)  # fmt: skip


def installed_versions() -> dict[str, str]:
    """Return the versions of the program, Python and the packages that shape the results."""
    packages = {name: version(name) for name in NOTABLE_PACKAGES}
    return {"semblance": VERSION, "python": platform.python_version(), **packages}


@dataclass(frozen=True)
class UpliftFigures:
    """How well the offers' effects were told apart, and what that is worth (money per customer)."""

    qini: float
    qini_low: float
    qini_high: float
    has_signal: bool
    value_per_customer: float
    best_single_offer_value: float


@dataclass(frozen=True)
class ModelFile:
    """A model that was used, by its content."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Summary:
    """The content of summary.json. rejects.csv holds ``rejected_rows`` lines, then ``refused_photos``.

    ``honesty`` is what must be known before the figures are believed, red first; empty without a past campaign.
    ``left`` of the ``customers`` have left the operator; they get no offer. Of the operator's own table of TACs
    ``tacs_set_aside`` rows were not used, the first for ``tacs_first_reason``. Of ``release_unknown`` campaign photos
    it is not known whether the person agreed.
    """

    customers: int
    recommended: int
    matched: int
    ads: int
    rejected_rows: int
    refused_photos: int
    without_consent: int
    seed: int
    seconds: dict[str, float]
    uplift: UpliftFigures | None
    models: tuple[ModelFile, ...]
    honesty: tuple[Finding, ...] = ()
    left: int = 0
    tacs_set_aside: int = 0
    tacs_first_reason: str = ""
    release_unknown: int = 0
    versions: dict[str, str] = field(default_factory=installed_versions)

    def to_json(self) -> str:
        """Return the text of summary.json."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def sentence(self) -> str:
        """Say in one line what came out."""
        refused = "1 photo was" if self.refused_photos == 1 else f"{self.refused_photos:,} photos were"
        photos = f"; {refused} refused" if self.refused_photos else ""
        return (
            f"{self._offers()}, {self.matched:,} have a look-alike, {self.ads:,} ads were made; "
            f"{self.rejected_rows:,} rows were set aside{photos}.{self._tacs()}"
        )

    def cautions(self) -> tuple[str, ...]:
        """Say, a sentence each, what must be known before the results are believed or used, the gravest first."""
        said = [finding.sentence for finding in self.honesty if finding.light != "green"]
        if self.uplift is None:
            said.append("There was no past campaign to learn from: no effect of the offers is claimed.")
            if not self.recommended:
                said.append("Too few changes of phone were seen to say which offer suits whom, so nobody has one.")
        if self.release_unknown:
            photos = "1 campaign photo" if self.release_unknown == 1 else f"{self.release_unknown:,} campaign photos"
            said.append(f"Of {photos} no model release is on record; give one with --rights F.")
        return tuple(said)

    def _tacs(self) -> str:
        """Say what was not used of the operator's own table of TACs."""
        if not self.tacs_set_aside:
            return ""
        rows = "1 row" if self.tacs_set_aside == 1 else f"{self.tacs_set_aside:,} rows"
        return f" {rows} of the table of TACs could not be used, the first one: {self.tacs_first_reason}"

    def _offers(self) -> str:
        """Say who gets an offer, and where there is no signal, that it is one for all."""
        counted = f"{self.recommended:,} of {self.customers:,} customers"
        if self.left:
            counted += f" ({self.left:,} of them gone)"
        if self.uplift is None:
            return f"{counted} have an offer"
        if self.uplift.has_signal:
            return f"{counted} are worth an offer"
        found = "No difference between customers was found"
        return f"{found}: {counted} have the best single offer" if self.recommended else f"{found}: nobody has an offer"
