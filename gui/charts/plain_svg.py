"""SVG as every program draws it: Qt's lines of a width in pixels, which many programs do not know, made ordinary."""

from __future__ import annotations

import re

GROUP = re.compile(r'(<g [^>]*transform="matrix\()([^)]*)(\)"[^>]*>)(.*?)</g>', re.DOTALL)
POINT = re.compile(r"(-?[\d.]+(?:e[-+]?\d+)?),(-?[\d.]+(?:e[-+]?\d+)?)")
PLACES = re.compile(r'(?<=\s)(d|points)="([^"]*)"')
WIDTH_IN_PIXELS = ' vector-effect="non-scaling-stroke"'
RECTANGLE = re.compile(
    r'<rect ([^>]*?) ?vector-effect="non-scaling-stroke" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/>'
)
OTHERS = ("<text", "<image", "<circle", "<ellipse", "<rect")


def plain_svg(svg: str) -> str:
    """Return SVG written by QSvgGenerator with its lines in place, so that no line needs its width kept."""
    return GROUP.sub(_settled, svg)


def _settled(group: re.Match[str]) -> str:
    """Move the lines of a group to where its matrix puts them."""
    head, matrix, rest, body = group.groups()
    if WIDTH_IN_PIXELS not in body:
        return group.group()
    a, b, c, d, e, f = (float(number) for number in matrix.split(","))
    if (a, b, c, d) == (1.0, 0.0, 0.0, 1.0):
        return group.group().replace(WIDTH_IN_PIXELS, "")
    body = RECTANGLE.sub(_as_polygon, body)
    if any(other in body for other in OTHERS):
        return group.group()

    def moved(point: re.Match[str]) -> str:
        x, y = float(point.group(1)), float(point.group(2))
        return f"{a * x + c * y + e:.2f},{b * x + d * y + f:.2f}"

    def placed(attribute: re.Match[str]) -> str:
        return f'{attribute.group(1)}="{POINT.sub(moved, attribute.group(2))}"'

    return f"{head}1,0,0,1,0,0{rest}{PLACES.sub(placed, body).replace(WIDTH_IN_PIXELS, '')}</g>"


def _as_polygon(rectangle: re.Match[str]) -> str:
    """Write a rectangle by its corners, which any matrix can move."""
    rest = rectangle.group(1)
    left, top, width, height = (float(number) for number in rectangle.groups()[1:])
    right, bottom = left + width, top + height
    points = f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}"
    return f'<polygon {rest}{WIDTH_IN_PIXELS} points="{points}"/>'
