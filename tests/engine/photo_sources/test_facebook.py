from __future__ import annotations

import io
import json
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import InputError, PhotoError
from engine.faces import decode_photo
from engine.photo_sources import ProfilePhotos, facebook_profile_photos
from engine.photo_sources.facebook import ALBUM_NAMES

NOW = "your_facebook_activity/posts/"
BEFORE = "photos_and_videos/"


def jpeg(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def as_facebook_writes(text: str) -> str:
    """Each byte of UTF-8 as a letter of its own."""
    return text.encode("utf-8").decode("latin-1")


def album(name: str, *photos: tuple[str, int]) -> str:
    entries = [{"uri": as_facebook_writes(uri), "creation_timestamp": stamp, "title": "x"} for uri, stamp in photos]
    return json.dumps({"name": as_facebook_writes(name), "photos": entries, "cover_photo": {}, "description": ""})


def packed(path: Path, **members: str | bytes) -> Path:
    return packed_as(path, members)


def packed_as(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return path


def download(path: Path, *, root: str = "", place: str = NOW, name: str = "Profile pictures") -> Path:
    """Write a download with two profile pictures, another album, and what nobody here should read."""
    media = f"{place}media/Profilepictures_1/" if place == NOW else f"{place}ProfilePictures_1/"
    wanted = album(name, (f"{media}old.jpg", 1_400_000_000), (f"{media}new.jpg", 1_600_000_000))
    return packed_as(
        path,
        {
            f"{root}{place}album/0.json": album("Summer", (f"{place}media/Summer_2/beach.jpg", 1_500_000_000)),
            f"{root}{place}album/1.json": wanted,
            f"{root}{media}old.jpg": jpeg("red"),
            f"{root}{media}new.jpg": jpeg("lime"),
            f"{root}{place}media/Summer_2/beach.jpg": jpeg("blue"),
            f"{root}your_facebook_activity/messages/inbox/anna/message_1.json": "not even JSON",
            f"{root}your_facebook_activity/messages/inbox/anna/files/gift.zip": b"PK\3\4",
        },
    )


@pytest.mark.parametrize("root", ["", "facebook-annakiss-01_02_2026/"])
@pytest.mark.parametrize("place", [NOW, BEFORE, "posts/"])
def test_the_profile_pictures_are_found_and_the_newest_comes_first(tmp_path: Path, root: str, place: str):
    found = facebook_profile_photos(download(tmp_path / "facebook.zip", root=root, place=place))
    assert [photo.name for photo in found.photos] == ["new.jpg", "old.jpg"]
    assert found.photos[0].taken == datetime.fromtimestamp(1_600_000_000, UTC)
    assert decode_photo(found.photos[0].read())[10, 10].tolist() == pytest.approx([0, 255, 0], abs=3)
    assert decode_photo(found.photos[1].read())[10, 10].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert (found.links_only, found.elsewhere, found.sentences) == (0, 0, ())


def other_folder(path: Path, name: str) -> Path:
    uri = f"{NOW}media/Képek_7/én.jpg"
    return packed_as(path, {f"{NOW}album/4.json": album(name, (uri, 5)), uri: jpeg("red")})


@pytest.mark.parametrize("name", [*ALBUM_NAMES, "PROFILE PICTURES", "Profielfoto’s"])
def test_the_album_is_known_in_many_languages_and_names_are_mended(tmp_path: Path, name: str):
    (photo,) = facebook_profile_photos(other_folder(tmp_path / "facebook.zip", name)).photos
    assert photo.name == "én.jpg"
    assert decode_photo(photo.read()).shape == (48, 64, 3)


def test_in_an_unknown_language_the_albums_folder_tells(tmp_path: Path):
    found = facebook_profile_photos(download(tmp_path / "facebook.zip", name="Picha za wasifu"))
    assert len(found.photos) == 2


def test_photos_that_are_links_or_in_another_part_are_counted_and_said(tmp_path: Path):
    uri = f"{NOW}media/Profilepictures_1/here.jpg"
    photos = [(uri, 1), (uri.replace("here", "gone"), 2), *((f"https://scontent.example/{n}.jpg", 3) for n in range(2))]
    path = packed_as(tmp_path / "facebook.zip", {f"{NOW}album/0.json": album("Profilképek", *photos), uri: jpeg("red")})
    found = facebook_profile_photos(path)
    assert [photo.name for photo in found.photos] == ["here.jpg"]
    assert (found.links_only, found.elsewhere) == (2, 1)
    assert found.sentences == (
        "2 profile pictures are there only as a link to the web, which is not followed.",
        "1 profile picture is there in another part of the download; choose that zip as well.",
    )


def test_the_time_it_was_taken_counts_before_the_time_it_was_sent(tmp_path: Path):
    uri = f"{NOW}media/Profilepictures_1/a.jpg"
    notes = {"photo_metadata": {"exif_data": [{"upload_ip": "::1", "taken_timestamp": 1_000_000_000}]}}
    entry = {"uri": uri, "creation_timestamp": 1_600_000_000, "media_metadata": notes}
    data = json.dumps({"name": "Profile pictures", "photos": [entry]})
    (photo,) = facebook_profile_photos(packed_as(tmp_path / "f.zip", {f"{NOW}album/0.json": data, uri: b"x"})).photos
    assert photo.taken == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_only_the_albums_of_the_zip_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = download(tmp_path / "facebook.zip")
    read: list[str] = []
    open_member = zipfile.ZipFile.open

    def noted(opened: zipfile.ZipFile, name, *rest, **options):
        read.append(name if isinstance(name, str) else name.filename)
        return open_member(opened, name, *rest, **options)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    found = facebook_profile_photos(path)
    assert read == [f"{NOW}album/0.json", f"{NOW}album/1.json"]
    found.photos[0].read()
    assert read[2:] == [f"{NOW}media/Profilepictures_1/new.jpg"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["facebook.zip"]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        facebook_profile_photos(path)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("name", ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "a\\..\\..\\x.jpg", "C:/x.jpg", "C:x.jpg"])
def test_a_zip_that_names_files_outside_of_itself_is_refused(tmp_path: Path, name: str):
    path = download(tmp_path / "facebook.zip")
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr(zipfile.ZipInfo(name), b"x")
    assert refusal(path).startswith("facebook.zip names a file outside of itself")


def test_a_zip_of_zips_is_refused(tmp_path: Path):
    inner = download(tmp_path / "inner.zip").read_bytes()
    assert refusal(packed_as(tmp_path / "both.zip", {"part1.zip": inner, "part2.zip": inner})) == (
        "both.zip holds other zip files. Unpack it and choose the zip of the Facebook download itself."
    )


def test_a_zip_in_a_photos_clothes_is_refused_as_a_photo(tmp_path: Path):
    uri = f"{NOW}media/Profilepictures_1/a.jpg"
    inner = download(tmp_path / "inner.zip").read_bytes()
    data = {f"{NOW}album/0.json": album("Profile pictures", (uri, 1)), uri: inner}
    (photo,) = facebook_profile_photos(packed_as(tmp_path / "f.zip", data)).photos
    with pytest.raises(PhotoError, match="it is a zip archive"):
        decode_photo(photo.read())


def test_bombs_are_refused_without_being_unpacked(tmp_path: Path):
    uri = f"{NOW}media/Profilepictures_1/a.jpg"
    data = {f"{NOW}album/0.json": album("Profile pictures", (uri, 1)), uri: bytes(30 << 20)}
    (photo,) = facebook_profile_photos(packed_as(tmp_path / "photo.zip", data)).photos
    with pytest.raises(InputError, match=r"unpacks to far more than a photo does"):
        photo.read()
    bomb = packed_as(tmp_path / "album.zip", {f"{NOW}album/0.json": b"[" * (30 << 20)})
    assert "unpacks to far more" in refusal(bomb)


def test_a_photo_over_40_mb_is_refused_after_40_mb(tmp_path: Path):
    uri = f"{NOW}media/Profilepictures_1/a.jpg"
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(f"{NOW}album/0.json", album("Profile pictures", (uri, 1)))
        opened.writestr(uri, bytes((40 << 20) + 1))
    (photo,) = facebook_profile_photos(path).photos
    with pytest.raises(InputError, match=r"is larger than 40 MB\. Choose another photo\.$"):
        photo.read()


def test_an_encrypted_zip_is_refused(tmp_path: Path):
    path = download(tmp_path / "facebook.zip")
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + flags] |= 1
            place = data.find(mark, place + 1)
    path.write_bytes(data)
    assert refusal(path) == ("facebook.zip is protected by a password. Unpack it and pack it again without one.")


def test_a_list_of_too_many_files_is_refused_before_it_is_read(tmp_path: Path):
    path = download(tmp_path / "facebook.zip")
    whole = path.read_bytes()
    end = whole.rfind(b"PK\5\6")
    path.write_bytes(whole[: end + 8] + b"\xff\xff\xff\xff" + (1 << 30).to_bytes(4, "little") + whole[end + 16 :])
    assert "lists more than 300,000 files" in refusal(path)
    far = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 33, 1 << 33, 1 << 40, 0)
    path.write_bytes(far + struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1) + b"PK\5\6" + b"\xff" * 16 + b"\0\0")
    assert "lists more than 300,000 files" in refusal(path)


def test_what_is_not_a_facebook_download_is_named_with_what_to_ask_for(tmp_path: Path):
    assert "holds no album of profile pictures" in refusal(packed(tmp_path / "other.zip", notes="x"))
    pages = packed_as(tmp_path / "pages.zip", {f"{NOW}album/0.html": "<html>"})
    assert refusal(pages) == "pages.zip was downloaded as web pages. Ask Facebook for the download again, as JSON."
    (tmp_path / "no.zip").write_bytes(jpeg("red"))
    assert refusal(tmp_path / "no.zip").startswith("no.zip is not a zip file")
    assert refusal(tmp_path / "gone.zip").startswith("gone.zip cannot be read: No such file")
    assert refusal(packed_as(tmp_path / "bad.zip", {f"{NOW}album/0.json": "{"})).startswith(
        f"{NOW}album/0.json in bad.zip is damaged."
    )
    deep = packed_as(tmp_path / "deep.zip", {f"{NOW}album/0.json": np.random.default_rng(0).bytes(99) + b"[" * 9999})
    assert "is damaged" in refusal(deep)


@pytest.mark.parametrize("photos", [3, {}, ["x", 3, {"uri": 4}, {"uri": "a", "creation_timestamp": "later"}]])
def test_odd_albums_are_read_or_passed_over(tmp_path: Path, photos: object):
    data = json.dumps({"name": "Profile pictures", "photos": photos})
    path = packed_as(tmp_path / "odd.zip", {f"{NOW}album/0.json": data, f"{NOW}album/1.json": "[]", "a": b"x"})
    if isinstance(photos, list):
        assert [photo.name for photo in facebook_profile_photos(path).photos] == ["a"]
    else:
        refusal(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_download_is_read_or_refused_but_nothing_else_happens(tmp_path: Path, data: st.DataObject):
    whole = bytearray(download(tmp_path / "facebook.zip").read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=10)):
        whole[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.zip"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    try:
        found = facebook_profile_photos(path)
        assert isinstance(found, ProfilePhotos)
        for photo in found.photos:
            photo.read()
    except InputError as error:
        assert str(error).endswith(".")
