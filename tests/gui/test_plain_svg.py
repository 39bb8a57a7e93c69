"""SVG of plots, made such that no program needs to know widths in pixels."""

from gui.charts.plain_svg import plain_svg

LINE = '<g stroke="#000" transform="matrix(10,0,0,-2,5,100)"\nfont-size="13" >\n{shape}</g>'


def test_lines_of_a_width_in_pixels_are_put_where_they_belong():
    path = '<path vector-effect="non-scaling-stroke" fill-rule="evenodd" d="M0,0 L1,1e+01 L2.5,-3 "/>\n'
    drawn = plain_svg(LINE.format(shape=path))
    assert 'd="M5.00,100.00 L15.00,80.00 L30.00,106.00 "' in drawn
    assert 'transform="matrix(1,0,0,1,0,0)"' in drawn
    assert "vector-effect" not in drawn


def test_a_rectangle_is_drawn_by_its_moved_corners():
    bar = '<rect vector-effect="non-scaling-stroke" x="1" y="0" width="2" height="50"/>'
    drawn = plain_svg(LINE.format(shape=bar))
    assert 'points="15.00,100.00 35.00,100.00 35.00,0.00 15.00,0.00"' in drawn
    assert "vector-effect" not in drawn


def test_what_is_only_shifted_keeps_its_place():
    group = '<g transform="matrix(1,0,0,1,5,6)" ><circle vector-effect="non-scaling-stroke" cx="0" cy="0" r="3"/></g>'
    assert plain_svg(group) == group.replace(' vector-effect="non-scaling-stroke"', "")


def test_other_shapes_stay_as_they_are():
    for shape in ('<path fill-rule="evenodd" d="M0,0 L1,1"/>', '<text x="1" y="2">3,4</text>'):
        assert plain_svg(LINE.format(shape=shape)) == LINE.format(shape=shape)
