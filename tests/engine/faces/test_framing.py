from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.faces import Frame, Gallery, Subject, decode_photo, eye_frame, hair_top


def subject(
    width: int, height: int, eyes: tuple[float, float], distance: float, *, chin: float, hair: float, tilt: float = 0.0
) -> Subject:
    """A photo whose eyes have this middle and distance; chin and hair top are y in pixels."""
    x, y = eyes
    half = np.array([np.cos(tilt), np.sin(tilt)]) * distance / 2
    points = np.zeros((5, 2), np.float32)
    points[:2] = np.array([(x, y), (x, y)]) + np.outer([-1, 1], half)
    top = y - distance
    return Subject(width, height, (x - distance, top, 2 * distance, chin - top), points, hair)


def eye_line(photo: Subject, frame: Frame) -> float:
    return float((photo.points[:2, 1].mean() - frame.y) / frame.height)


def eyes_share(photo: Subject, frame: Frame) -> float:
    """The eye distance as a share of the frame's height."""
    return float(np.hypot(*(photo.points[1] - photo.points[0]))) / frame.height


def inside(photo: Subject, frame: Frame) -> bool:
    slack = 1e-6 * max(photo.width, photo.height)
    return (
        frame.x >= -slack
        and frame.y >= -slack
        and frame.x + frame.width <= photo.width + slack
        and frame.y + frame.height <= photo.height + slack
    )


PORTRAIT = subject(800, 800, (400, 365), 123, chin=580, hair=160)


def test_one_portrait_alone_is_framed_as_large_as_it_allows():
    (frame,) = eye_frame(PORTRAIT)
    # below the eyes there are 435 pixels, which are 58 % of 750
    assert frame == Frame(pytest.approx(25), pytest.approx(50), pytest.approx(750), pytest.approx(750))


def test_two_photos_of_different_size_show_the_eyes_at_one_place_and_size():
    large = subject(3000, 2000, (1500, 800), 300, chin=1300, hair=350)
    frames = eye_frame(PORTRAIT, large, aspect=0.62)
    for photo, frame in zip((PORTRAIT, large), frames, strict=True):
        assert eye_line(photo, frame) == pytest.approx(0.42)
        assert frame.width / frame.height == pytest.approx(0.62)
        assert inside(photo, frame)
        assert frame.x + frame.width / 2 == pytest.approx(photo.points[:2, 0].mean())
    assert eyes_share(PORTRAIT, frames[0]) == pytest.approx(eyes_share(large, frames[1]))


def test_the_tighter_of_the_two_frames_holds_for_both():
    close = subject(500, 500, (250, 200), 120, chin=370, hair=40)
    alone, together = eye_frame(PORTRAIT)[0], eye_frame(PORTRAIT, close)
    assert eye_frame(close)[0] == together[1]
    assert together[0].height < alone.height


def test_a_photo_of_the_whole_person_is_framed_on_the_face():
    whole = subject(4000, 6000, (2000, 900), 100, chin=1080, hair=700)
    (frame,) = eye_frame(whole, aspect=0.8)
    assert frame.height == pytest.approx(650)
    (closer,) = eye_frame(whole, aspect=0.8, tallest=5.0)
    assert closer.height == pytest.approx(500)
    (closest,) = eye_frame(whole, aspect=0.8, tallest=1.0)
    assert closest.height == pytest.approx(200 / 0.42)


def test_a_face_at_the_side_is_framed_without_leaving_the_photo():
    side = subject(1000, 800, (140, 365), 123, chin=580, hair=160)
    (frame,) = eye_frame(side)
    assert frame.x == 0
    assert inside(side, frame)
    assert frame.height >= (365 - 160) / 0.42 - 1e-6


def test_tall_hair_moves_the_eye_line_for_both_rather_than_being_cut():
    tall = subject(800, 800, (400, 362), 123, chin=590, hair=4)
    frames = eye_frame(PORTRAIT, tall)
    lines = [eye_line(photo, frame) for photo, frame in zip((PORTRAIT, tall), frames, strict=True)]
    assert lines[0] == pytest.approx(lines[1])
    assert 0.42 < lines[0] < 0.52
    assert frames[1].y <= 4 + 1e-6
    assert eyes_share(PORTRAIT, frames[0]) == pytest.approx(eyes_share(tall, frames[1]))


def test_where_hair_cannot_be_kept_as_little_as_possible_is_cut():
    tall = subject(800, 2000, (400, 700), 60, chin=800, hair=10)
    frames = eye_frame(PORTRAIT, tall)
    assert all(inside(photo, frame) for photo, frame in zip((PORTRAIT, tall), frames, strict=True))
    assert frames[0].y == pytest.approx(0, abs=1e-6)
    assert frames[1].y == pytest.approx(700 - 60 * 365 / 123)


def test_a_photo_cut_close_at_both_sides_gives_up_as_much_hair_as_chin():
    narrow = subject(150, 800, (75, 365), 60, chin=520, hair=200)
    (frame,) = eye_frame(narrow)
    assert frame == Frame(0, pytest.approx(365 - 150 * 165 / 320), 150, 150)


def test_no_photo_gives_no_frame_and_a_flat_one_an_error():
    assert eye_frame() == ()
    for aspect in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError):
            eye_frame(PORTRAIT, aspect=aspect)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    width, height = draw(st.integers(60, 6000)), draw(st.integers(60, 6000))
    x = draw(st.floats(0.1, 0.9)) * width
    y = draw(st.floats(0.1, 0.9)) * height
    distance = draw(st.floats(0.02, 0.35)) * min(width, height)
    hair = draw(st.floats(0, 1)) * y
    chin = y + draw(st.floats(0.05, 1.1)) * (height - y)
    return subject(width, height, (x, y), distance, chin=chin, hair=hair, tilt=draw(st.floats(-0.5, 0.5)))


@settings(max_examples=400)
@given(st.lists(subjects(), min_size=1, max_size=5), st.floats(0.4, 2.0))
def test_frames_are_alike_and_stay_inside(photos: list[Subject], aspect: float):
    frames = eye_frame(*photos, aspect=aspect)
    lines = [eye_line(photo, frame) for photo, frame in zip(photos, frames, strict=True)]
    shares = [eyes_share(photo, frame) for photo, frame in zip(photos, frames, strict=True)]
    assert lines == pytest.approx([lines[0]] * len(lines), abs=1e-4)
    assert shares == pytest.approx([shares[0]] * len(shares), rel=1e-4)
    for photo, frame in zip(photos, frames, strict=True):
        assert inside(photo, frame)
        assert frame.width / frame.height == pytest.approx(aspect)


@st.composite
def pairs_with_room(draw: st.DrawFn) -> tuple[Subject, Subject, float]:
    """Two photos in which a common frame exists that holds the hair and the chin of both, and its aspect."""
    aspect = draw(st.floats(0.4, 1.5))
    hairs, chins = ([draw(st.floats(0.9, 3)) for _ in range(2)] for _ in range(2))
    room = st.floats(0.02, 6)
    photos = []
    for hair, chin in zip(hairs, chins, strict=True):
        eyes = draw(st.floats(20, 400))
        above, below = eyes * (max(hairs) + draw(room)), eyes * (max(chins) + draw(room))
        width = eyes * (max(2.0, aspect * (max(hairs) + max(chins))) + draw(room))
        x = draw(st.floats(1, width - 1))
        height = math.ceil(above + below)
        photos.append(
            subject(math.ceil(width), height, (x, above), eyes, chin=above + chin * eyes, hair=above - hair * eyes)
        )
    return photos[0], photos[1], aspect


@settings(max_examples=400)
@given(pairs_with_room())
def test_hair_and_chin_are_kept_wherever_there_is_a_way(drawn: tuple[Subject, Subject, float]):
    *photos, aspect = drawn
    for photo, frame in zip(photos, eye_frame(*photos, aspect=aspect), strict=True):
        slack = 1e-3 * frame.height
        assert inside(photo, frame)
        assert frame.y <= photo.hair_top + slack
        assert frame.y + frame.height >= photo.box[1] + photo.box[3] - slack


def test_the_demo_people_are_framed_alike_without_cutting_hair_or_chin(neutral: Gallery):
    photos = [
        Subject(
            entry.width, entry.height, entry.face.box, entry.face.points, hair_top(decode_photo(entry.path), entry.face)
        )
        for entry in neutral.photos[::6]
    ]
    for first, second in pairwise(photos):
        for photo, frame in zip((first, second), eye_frame(first, second, aspect=0.62), strict=True):
            assert inside(photo, frame)
            assert eye_line(photo, frame) == pytest.approx(0.42, abs=0.06)
            assert frame.y <= photo.hair_top + 1e-3
            assert frame.y + frame.height >= photo.box[1] + photo.box[3] - 1e-3
