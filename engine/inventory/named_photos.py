"""Which photo of the inventory a table means by a file's name, a path, or a part of one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.campaign import Campaign


class NamedPhotos:
    """The inventory's photos by what a table may call them.

    A name without a folder may mean any photo whose file bears it. A name with one means a photo only if one of the
    two paths ends with the other, folder by folder: "jane/a.jpg" is never "mary/a.jpg", nor an "a.jpg" beside them.
    """

    def __init__(self, campaign: Campaign, names: Iterable[str]) -> None:
        """Take the photos of a campaign, to be asked for ``names``."""
        self._keys = frozenset(campaign.photo_keys("inventory"))
        self._whole: dict[str, dict[str, None]] = {}
        self._ends: dict[str, dict[str, None]] = {}
        lengths = sorted({len(_parts(name)) for name in names})
        files = [(file.path, file.photo) for file in campaign.inventory.files() if file.photo is not None]
        for name, key in [*((key, key) for key in sorted(self._keys)), *files]:
            parts = _parts(name)
            self._whole.setdefault("/".join(parts), {})[key] = None
            for length in lengths:
                if length <= len(parts):
                    self._ends.setdefault("/".join(parts[-length:]), {})[key] = None

    def meant_by(self, name: str) -> tuple[tuple[str, ...], bool]:
        """Return the photos that a name may mean, and whether it is a photo's key or the whole path of its file."""
        if name in self._keys:
            return (name,), True
        parts = _parts(name)
        if whole := self._whole.get("/".join(parts)):
            return tuple(whole), True
        if found := self._ends.get("/".join(parts)):
            return tuple(found), False
        for start in range(1, len(parts) - 1):  # a path from elsewhere that ends with a key, folder and all
            if found := self._whole.get("/".join(parts[start:])):
                return tuple(found), False
        return (), False


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").casefold().split("/") if part not in ("", ".")]
