"""A person's own Facebook download: the photos of the album of profile pictures, and nothing else of it."""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import InputError
from engine.faces.photo import MOST_BYTES
from engine.photo_sources.archive import holds_archives, opened_zip, read_member

ALBUM = re.compile(r"^((?:[^/]+/)?)(?:your_facebook_activity/posts|posts|photos_and_videos)/album/\d+\.(json|html)$")
MOST_ALBUM_BYTES = 16 << 20
MOST_PHOTOS = 5_000
LINKS = ("http://", "https://")
FOLDER = "profilepictures"  # how the folder of that album begins in most languages
ALBUM_NAMES = (
    "Profile pictures", "Profile photos",
    "Profilképek",
    "Profilbilder",
    "Photos de profil",
    "Fotos del perfil", "Fotos de perfil",
    "Immagini del profilo", "Foto del profilo",
    "Fotos do perfil", "Fotografias de perfil",
    "Profielfoto's",
    "Zdjęcia profilowe",
    "Profilové fotky", "Profilové obrázky", "Profilové fotografie",
    "Fotografii de profil", "Poze de profil",
    "Profilbilleder",
    "Profiilikuvat",
    "Profilne slike", "Profilne fotografije", "Fotografije profila",
    "Слике профила", "Профилне слике",
    "Профилни снимки",
    "Φωτογραφίες προφίλ",
    "Profil fotoğrafları", "Profil resimleri",
    "Світлини профілю", "Фото профілю",
    "Фото профиля", "Фотографии профиля",
    "Profilo nuotraukos", "Profila attēli", "Profiilipildid",
    "Foto profil", "Ảnh đại diện",
    "صور الملف الشخصي", "תמונות פרופיל",
    "プロフィール写真", "头像照片", "大頭貼照", "프로필 사진",
)  # fmt: skip


@dataclass(frozen=True)
class ProfilePhoto:
    """A profile picture in a download: its file name, when it was taken or uploaded, and where it is packed."""

    name: str
    taken: datetime | None
    archive: Path
    member: str

    def read(self) -> bytes:
        """Return the photo's bytes, of at most 40 MB; ``decode_photo`` judges them. Raises InputError."""
        with opened_zip(self.archive) as opened:
            return read_member(self.archive, opened, self.member, MOST_BYTES)


@dataclass(frozen=True)
class ProfilePhotos:
    """The profile pictures of a download, the newest first, and how many are named in it but not packed in it.

    ``links_only`` are addresses on the web, which this program does not follow; ``elsewhere`` are in another part of
    the download.
    """

    photos: tuple[ProfilePhoto, ...]
    links_only: int = 0
    elsewhere: int = 0

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of the photos that are not there."""
        said = []
        if self.links_only:
            said.append(f"{_counted(self.links_only)} only as a link to the web, which is not followed.")
        if self.elsewhere:
            said.append(f"{_counted(self.elsewhere)} in another part of the download; choose that zip as well.")
        return tuple(said)


def _counted(count: int) -> str:
    return "1 profile picture is there" if count == 1 else f"{count} profile pictures are there"


def facebook_profile_photos(zip_path: Path) -> ProfilePhotos:
    """List the profile pictures in a Facebook download; of the zip only its list and the albums are read.

    Raises InputError if it is not a zip that can be trusted, is encrypted, or holds no album of profile pictures.
    """
    with opened_zip(zip_path) as opened:
        found = [match for match in map(ALBUM.match, opened.namelist()) if match]
        albums = [match for match in found if match[2] == "json"]
        for match in albums:
            album = _album(zip_path, opened, match[0])
            if album is not None:
                return _listed(zip_path, set(opened.namelist()), match[1], album)
        raise InputError(_nothing_found(zip_path, opened, has_pages=len(found) > len(albums)))


def _nothing_found(path: Path, opened: zipfile.ZipFile, *, has_pages: bool) -> str:
    if has_pages:
        return f"{path.name} was downloaded as web pages. Ask Facebook for the download again, as JSON."
    if holds_archives(opened):
        return f"{path.name} holds other zip files. Unpack it and choose the zip of the Facebook download itself."
    return (
        f"{path.name} holds no album of profile pictures. Ask Facebook for a download with posts and photos, as JSON."
    )


def _album(path: Path, opened: zipfile.ZipFile, name: str) -> list[dict[str, Any]] | None:
    """Return the photos of an album if it is the one of profile pictures, else None."""
    try:
        album = json.loads(read_member(path, opened, name, MOST_ALBUM_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} in {path.name} is damaged. Download it from Facebook again.") from error
    if not isinstance(album, dict) or not isinstance(album.get("photos"), list):
        return None
    photos = [photo for photo in album["photos"][:MOST_PHOTOS] if isinstance(photo, dict)]
    is_wanted = _plain(_text(album.get("name"))) in _WANTED or any(
        _plain(PurePosixPath(_text(photo.get("uri"))).parent.name).startswith(FOLDER) for photo in photos
    )
    return photos if is_wanted else None


def _listed(path: Path, members: set[str], root: str, album: list[dict[str, Any]]) -> ProfilePhotos:
    photos, links_only, elsewhere = [], 0, 0
    for photo in album:
        uri = _text(photo.get("uri"))
        member = next((name for name in (root + uri, uri) if name in members), None)
        if uri.lower().startswith(LINKS):
            links_only += 1
        elif member is None:
            elsewhere += 1
        else:
            photos.append(ProfilePhoto(PurePosixPath(uri).name, _taken(photo), path, member))
    photos.sort(key=lambda photo: photo.taken or datetime.min.replace(tzinfo=UTC), reverse=True)
    return ProfilePhotos(tuple(photos), links_only, elsewhere)


def _taken(photo: dict[str, Any]) -> datetime | None:
    """Return when a photo was taken, or else uploaded; None if neither is told."""
    stamps = [*_named(photo.get("media_metadata"), "taken_timestamp"), photo.get("creation_timestamp")]
    for stamp in stamps:
        if isinstance(stamp, int) and 0 < stamp < 1 << 33:
            return datetime.fromtimestamp(stamp, UTC)
    return None


def _named(value: object, key: str, depth: int = 6) -> Iterator[object]:
    """Yield every value under a key, as deep as the notes of a photo go."""
    if isinstance(value, dict):
        yield from (inner for name, inner in value.items() if name == key)
    if isinstance(value, dict | list) and depth:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _named(inner, key, depth - 1)


def _text(value: object) -> str:
    """Return a text of the download as it was written: Facebook saves each byte of UTF-8 as a letter of its own."""
    if not isinstance(value, str):
        return ""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _plain(name: str) -> str:
    """Bring a name to what does not depend on case, spaces and accents written in two ways."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s'’_]+", "", folded)


_WANTED = frozenset(_plain(name) for name in ALBUM_NAMES)
