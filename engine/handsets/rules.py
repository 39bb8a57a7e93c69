"""Which maker a phone-type string belongs to, by its words and model codes.

A rule stands here only if its pattern belongs to one maker alone; a code that two makers share is left unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A pattern at the beginning of a string, and the maker it proves. ``drop`` is cut off to leave the model.

    A ``loose`` pattern fits some codes of other makers too: the Play list, if it knows the code, goes before it.
    """

    maker: str
    pattern: re.Pattern[str]
    drop: re.Pattern[str] | None = None
    loose: bool = False


def _brand(maker: str, *words: str) -> Rule:
    """Return a rule for a maker's own name, which is no part of the model."""
    either = "|".join(words)
    pattern = re.compile(rf"(?:{either})(?![a-z.])[ _:-]*", re.IGNORECASE)
    return Rule(maker, pattern, pattern)


def _series(maker: str, *patterns: str) -> Rule:
    """Return a rule for names of series and for model codes, which belong to the model."""
    return Rule(maker, re.compile(rf"(?:{'|'.join(patterns)})", re.IGNORECASE))


def _codes(maker: str, *patterns: str) -> Rule:
    """Return a rule for model codes that other makers may have too."""
    return Rule(maker, re.compile(rf"(?:{'|'.join(patterns)})", re.IGNORECASE), loose=True)


def _prefix(maker: str, pattern: str) -> Rule:
    """Return a rule for a maker's own name that runs into the model."""
    return Rule(maker, re.compile(pattern, re.IGNORECASE), re.compile(pattern, re.IGNORECASE))


HONOR_CODES = (
    "AKA ALI ANY ATH AUM BKK BKL BLN BVL CHM CMA COL COR CRT DLI DNN DUA DUK ELI FNE FRD HLK HRY JMM JSN KIW KSA "
    "LLD LLY LND NTH NTN OXF PCT PGT PLK REA RKY RMO STF TFY TNY VNE"
)
HUAWEI_CODES = (
    "ABR ALE ALP AMN ANA ANE AQM ART ATU BAC BLA CAN CAZ CDY CET CLT CRR DCO DUB ELE ELS EML EVA EVR FIG FLA FRL "
    "GLA GRA HMA HWI INE JAD JEF JKM JLN JNY LDN LIO LNA LON LYA MAR MED MGA MHA MLA MNA MRD MYA NAM NCO NEN NEO "
    "NOH NOP NXT OCE PAR PIC POT PPA RNE RTE SLA SNE TAH TAS TRT VCE VIE VKY VNS VOG VTR WAS WKG"
)
# From CPH2380 on OPPO and OnePlus share the numbers.
ONEPLUS_CPH = (
    "2399|2401|2409|2411|2413|2415|2447|2449|2451|2465|2467|2487|2491|2493|2513|2515|2569|2573|2581|2583|2609|2611|2613|"
    "2661|2663|2691"
)
OPPO_CPH = "1[5-9][0-9]{2}|2[0-2][0-9]{2}|23[0-6][0-9]|2385|2477|2483|2531|2565|2577|2579|2591|2599|2603"

RULES = (
    _brand("Honor", "huawei[ _-]+honor", "honor"),
    _series("Honor", rf"(?:{HONOR_CODES.replace(' ', '|')})-[A-Z]{{1,2}}[0-9]", r"LGE-(?:AN|NX?)[0-9]",
        r"ABR-(?:[LN]X|AN)[0-9]", r"ALP-AN[0-9]", r"LNA-NX[0-9]", r"MAR-LX1[HR]",
        r"BND-(?!L34)[A-Z]{1,2}[0-9]", r"DRA-(?:LX5|AL00IA)", r"Che[12]-[A-Z]{1,2}[0-9]"),
    _series("Huawei", r"nexus 6p"),
    _series("Motorola", r"nexus 6\b"),
    _series("LG", r"nexus (?:4|5x?)\b"),
    _series("Samsung", r"galaxy nexus"),
    _brand("Huawei", "huawei"),
    _series(
        "Huawei",
        rf"(?:{HUAWEI_CODES.replace(' ', '|')})-[A-Z]{{1,3}}[0-9]",
        r"PRA-L[AX][123]",
        r"BND-L34",
        r"DRA-(?:L01|L21|LX2|LX9)",
        r"P ?(?:8|9|10|20|30|40)(?: ?lite)?(?: \(?20[0-9]{2}\)?)?$",
        r"P ?(?:9 plus|10 plus|20 pro|30 pro|40 pro(?: plus)?|50 pro|60 pro)$",
        r"P ?smart\b",
        r"mate ?(?:[789]|[1-8]0|xs?[2-6]?|s)\b",
        r"nova (?:(?:[2-9]|1[0-5])[eist]?|y[0-9]{2})(?: (?:pro|plus|ultra|lite|se|5g))*$",
        r"pura [0-9]{2}\b",
        r"ascend [a-z]",
        r"B[356][0-9]{2}[a-z]?-[0-9]{2,3}",
    ),
    _brand("Xiaomi", "xiaomi"),
    _series(
        "Xiaomi",
        r"redmi\b",
        r"poco(?:phone)?\b",
        r"mi[ -]?(?:(?:[1-9]|1[0-2])(?![0-9])|a[123]\b|max|mix|note|play|pad|cc)",
        r"hm (?:note )?[12]",
        r"M(?:18|19|20|21)[0-9]{2}[A-Z][0-9]{1,2}[A-Z]{1,3}$",
        r"2[1-6](?:0[1-9]|1[0-2])(?=[0-9]*[A-Z])[0-9A-Z]{3,6}[CGIY]$",
    ),
    _brand("Samsung", "samsung(?: electronics)?"),
    _series(
        "Samsung",
        r"SM-[A-Z][0-9]{3}",
        r"GT-[A-Z][0-9]{4}",
        r"(?:SGH|SCH|SPH|SHV|SHW)-[A-Z]?[0-9]{3}",
        r"galaxy (?:[a-z]{1,2}[0-9]|note|ace|mini|core|grand|tab|xcover|young|z |alpha|mega)",
    ),
    _brand("Apple", "apple"),
    _series("Apple", r"i(?:phone|pad|pod)", r"watch[0-9],[0-9]"),
    _brand("Motorola", "motorola"),
    _series("Motorola", r"moto[ _-]?[a-z]", r"moto 360", r"razr [0-9]"),
    _codes("Motorola", r"XT[0-9]{3,4}(?![0-9])"),
    _brand("Nokia", r"(?:hmd global |microsoft )?nokia"),
    _brand("Nokia", r"microsoft(?= (?:lumia|rm-))"),
    _series("Nokia", r"lumia\b", r"TA-1[0-9]{3}\b"),
    _codes("Nokia", r"RM-[0-9]{3,4}\b"),
    _brand("HMD", "hmd(?: global)?"),
    _brand("Sony", "sony ?ericsson", "sony(?: mobile)?"),
    _prefix("Sony", r"sony ?ericsson(?=[a-z]{1,2}[0-9])"),
    _prefix("Nokia", r"nokia(?=[a-z][0-9])"),
    _series(
        "Sony",
        r"xperia\b",
        r"XQ-[A-Z]{2}[0-9]{2}",
    ),
    _codes(
        "Sony",
        r"(?:C[1-6]|D[2-6]|E[2-6]|F[358]|G[38]|H[3489]|I[34]|J[389])[0-9]{3}$",
    ),
    _brand("LG", "lge?(?: electronics)?"),
    _series("LG", r"LM-[A-Z][0-9]{3}", r"LG[MLA]?-[A-Z]+[0-9]"),
    _brand("HTC", "htc"),
    _brand("Google", "google"),
    _series("Google", r"pixel(?: ?(?:[2-9]|1[0-9]|c\b|xl|fold|watch|tablet)|$)"),
    _brand("OnePlus", "one ?plus"),
    _series(
        "OnePlus",
        r"(?:ONE )?A0001$",
        r"ONE (?:A[0-9]{4}|E100[0-9])$",
        rf"CPH(?:{ONEPLUS_CPH})$",
        r"(?:IN20|KB20|LE21|GM19|HD19|AC20|BE20|DN21|EB21|NE22|IV22)[0-9]{2}$",
    ),
    _brand("OPPO", "oppo"),
    _codes("OPPO", rf"CPH(?:{OPPO_CPH})$"),
    _brand("realme", "realme"),
    _series("realme", r"RMX[0-9]{4}"),
    _brand("BLU", "blu"),
    _brand("vivo", r"vivo(?! (?:[0-9](?![0-9])|xl|xi|one|air|selfie|go\b))"),
    _series("vivo", r"V2[0-9]{3}[A-Z]{0,2}$"),
    _brand("Alcatel", "alcatel"),
    _series("Alcatel", r"one ?touch\b"),
    _brand("TCL", "tcl"),
    _brand("ZTE", "zte"),
    _series("ZTE", r"blade [a-z][0-9]", r"axon [0-9]"),
    _codes("ZTE", r"MF[0-9]{2,3}[A-Z+]?$"),
    _brand("Lenovo", "lenovo"),
    _brand("ASUS", "asus"),
    _series("ASUS", r"zenfone\b", r"rog phone"),
    _brand("BlackBerry", "blackberry", "rim"),
    _series("BlackBerry", r"STV100-[0-9]", r"BB[ABDEFG]100-[0-9]"),
    _brand("Nothing", "nothing"),
    _brand("Fairphone", "fairphone"),
    _series("Fairphone", r"FP[1-6]$"),
    _brand("Doro", "doro"),
    _brand("Caterpillar", "cat", "caterpillar"),
    _brand("Microsoft", "microsoft(?= surface)"),
    *(
        _brand(name, name.lower())
        for name in (
            "Acer", "Aligator", "Allview", "AVM", "Bittium", "Blackview", "Cinterion", "ConCorde", "Coolpad",
            "Crosscall", "Cubot", "D-Link", "Doogee", "Emporia", "Energizer", "Evolveo", "Fibocom", "Gigaset",
            "Hammer", "Hisense", "iGet", "Infinix", "Itel", "Kyocera", "Maxcom", "Medion", "Meizu", "MikroTik",
            "myPhone", "Navon", "Netgear", "Olympia", "Oukitel", "Palm", "Panasonic", "Philips", "Prestigio",
            "Quectel", "Sharp", "Siemens", "Sierra Wireless", "SIMCom", "Tecno", "Telit", "Teltonika", "Tesla",
            "Thuraya", "TP-Link", "u-blox", "Ulefone", "Umidigi", "Vertu", "Vodafone", "Wiko",
        )
    ),
)  # fmt: skip

BRAND_RULES = {rule.maker: rule for rule in reversed(RULES) if rule.drop is not None}
