"""Rectangles in pixels, independent of any drawing library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    def contains(self, other: Box, slack: float = 0.0) -> bool:
        """Whether ``other`` lies inside, give or take ``slack`` pixels on each side."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: Box) -> bool:
        """Whether the two share an area."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def grown(self, by: float) -> Box:
        """Return the box with ``by`` pixels added on each side."""
        return self.trimmed(-by, -by, -by, -by)

    def trimmed(self, top: float = 0.0, right: float = 0.0, bottom: float = 0.0, left: float = 0.0) -> Box:
        """Return the box with so many pixels taken off each side."""
        return Box(self.x + left, self.y + top, self.width - left - right, self.height - top - bottom)
