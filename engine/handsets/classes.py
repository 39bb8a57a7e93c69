"""What kind of device a string stands for, by its words and model codes."""

from __future__ import annotations

import re

from engine.columns import UNKNOWN_MAKER
from engine.handsets.handset import DeviceClass

MODEM_MAKERS = frozenset(
    (
        "AVM",
        "Cinterion",
        "D-Link",
        "Fibocom",
        "MikroTik",
        "Netgear",
        "Novatel",
        "Quectel",
        "SIMCom",
        "Sierra Wireless",
        "Teltonika",
        "Telit",
        "TP-Link",
        "u-blox",
    )
)
_ANYWHERE: tuple[tuple[DeviceClass, str], ...] = (
    (DeviceClass.WATCH, r"watch(?!er)|\bmoto 360\b|\bgalaxy gear\b|\bgear (?:s[0-9]?|fit|sport|live)\b"),
    (
        DeviceClass.MODEM,
        r"\b(?:router|modem|mi-?fi|hotspot|mobile wifi|dongle|surfstick|webcube|web ?n ?walk|link ?zone|speedbox|"
        r"speedport|homebox|gigacube|cpe\b|fritz!?box|m2m modul)",
    ),
    (DeviceClass.OTHER, r"\bipod|(?:android|smart|google)[ -]?tv\b|\btv[ -]?(?:box|stick)\b|chromebook|\bbravia\b"),
    (
        DeviceClass.TABLET,
        r"\bipad|\btab(?:let|max)?\b|\btab ?[0-9]|\b(?:idea|life|lavie)[ -]?tab|"
        r"\b(?:i|media|mate|me|trans|idea|g|mi)?pad\b|\bnexus (?:7|9|10)\b|\bkindle\b|\bfire hd|\bxoom\b",
    ),
)
_BY_MAKER: dict[str, tuple[tuple[DeviceClass, str], ...]] = {
    "Samsung": (
        (DeviceClass.TABLET, r"SM-(?!T255)[PTX][0-9]{3}|GT-P[0-9]{4}|GT-N(?:51|80)[0-9]{2}"),
        (DeviceClass.WATCH, r"SM-(?:R[3-9]|L[0-9])[0-9]{2}"),
        (DeviceClass.OTHER, r"SM-(?:R[12]|V)[0-9]{2}"),
        (DeviceClass.FEATURE_PHONE,
         r"(?:GT-)?(?:[EM][0-9]{4}|C[23][0-9]{3}|B[23][0-9]{3}|S(?:3[0-9]{3}|5[0-2][0-9]{2}|56[0-3][0-9]|7[03][0-9]{2}|72[2-5]0|"
         r"8[0-3]00))|"
         r"SM-B[0-9]{3}|SGH-(?!I|T[0-9]{3}9)[A-Z]?[0-9]{3}"),
    ),
    "Apple": ((DeviceClass.WATCH, r"watch[0-9]"),),
    "Huawei": (
        (DeviceClass.MODEM, r"E[0-9]{3,4}|B[0-9]{3}|K[34][0-9]{3}|H[0-9]{3}-|ME[0-9]{3}|MU[0-9]{3}"),
        (DeviceClass.TABLET, r"(?:AGS|AGR|AGM|AGT|BAH|BG2|BTV|BZ[AKTW]|CMR|CPN|DBR|DBY|GEM|HD[LN]|JDN|KOB|M2|"
         r"MON|MRR|MRX|PLE|SCM|SHT|VRD|WGR)[0-9K]?-|[ST][0-9]{1,2}-[0-9AL]+[uwl]?\b"),
        (DeviceClass.WATCH, r"(?:LEO|GLL|MLY)-[BDL]"),
    ),
    "Xiaomi": ((DeviceClass.TABLET, r"2[0-9]{3}[0-9A-E]?[0-9]?RP|2405CPCFB"),),
    "Sony": (
        (DeviceClass.TABLET, r"SGP[0-9]{3}"),
        (DeviceClass.FEATURE_PHONE, r"(?:[DFGJKRSTVWZ][0-9]{3}|C[59][0-9]{2}|W[0-9]{2})[aci]?\b"),
    ),
    "LG": (
        (DeviceClass.TABLET, r"(?:LG-?)?V[4-9][0-9]{2}|LM-T[0-9]{3}"),
        (DeviceClass.FEATURE_PHONE, r"(?:LG-?)?(?:[GK][A-Z]|A|B|C|S|T)[0-9]{3}[a-z]?\b(?! ?(?:android|optimus))"),
    ),
    "Lenovo": ((DeviceClass.TABLET, r"TB-[0-9A-Z]|TB[0-9]|YT-?[0-9A-Z]|YB-|yoga|[AB][0-9]{4}A?-[FHL][LV]?\b"),),
    "ASUS": ((DeviceClass.TABLET, r"P0[0-9]{2}\b|P[0-9]{2}[A-Z]|K0[0-9][0-9A-Z]\b|ME[0-9]{3}|TF[0-9]{3}"),),
    "ZTE": ((DeviceClass.MODEM, r"(?:MF|MC|MU)[0-9]{2,3}"),),
    "TCL": (
        (DeviceClass.TABLET, r"9[0-3][0-9]{2}[A-Z]"),
       (DeviceClass.MODEM, r"MW[0-9]{2}|HH[0-9]{2}|(?:LINK|IK)[0-9]{2}"),),
    "Alcatel": (
        (DeviceClass.MODEM, r"(?:[A-Z]{4,} )?(?:MW|HH|EE|Y8|Y9|X2)[0-9]{2}"),
        (DeviceClass.PHONE, r"(?:one ?touch )?(?:80[0235]0|8008|900[18])[A-Z]"),
        (DeviceClass.TABLET, r"(?:one ?touch )?(?:(?:80|9[0-3])[0-9]{2}[A-Z]|EVO[78]|T10\b|P3[0-9]0X|I21[36])"),
        (DeviceClass.FEATURE_PHONE, r"(?:one ?touch )?(?:OT-?)?(?:[123]0[0-9]{2}[A-Z]?|[1-8][0-9]{2}[A-Z]?)\b"),
    ),
    "Nokia": (
        (DeviceClass.PHONE, r"(?:lumia|820|9[02][05]|1020|1[35]20|5800|6120|6110 n|6220 c|6710|"
         r"6[67][0-9]0 (?:sl|cl)|5(?:230|235|250|500|530)|808|[5-7]0[0-3])\b"),
        (DeviceClass.FEATURE_PHONE, r"[0-9]{3,4}[a-z]{0,2}\b|asha|[CX][123]-0|RM-(?:908|94[45]|11(?:33|34|87|89|90))\b|"
         r"TA-1(?:008|010|022|030|034|036|077|174|203|235)\b"),
        (DeviceClass.UNKNOWN, r"TA-1[0-9]{3}\b"),
    ),
    "Motorola": ((DeviceClass.FEATURE_PHONE, r"(?:razr )?(?:V[0-9]{1,3}|[CEKLTUW][0-9]{2,3})[a-z]?\b|krzr|slvr|pebl"),),
    "HTC": ((DeviceClass.TABLET, r"flyer|jetstream"),),
    "Google": ((DeviceClass.TABLET, r"pixel c\b"),),
    "Doro": ((DeviceClass.PHONE, r"8[0-9]{2,3}|liberto"), (DeviceClass.FEATURE_PHONE, r"")),
    "Emporia": ((DeviceClass.PHONE, r"(?:touch)?smart|SUPEREASY"), (DeviceClass.FEATURE_PHONE, r"")),
    "Maxcom": ((DeviceClass.FEATURE_PHONE, r"MM ?[0-9]"),),
    "Caterpillar": ((DeviceClass.FEATURE_PHONE, r"B[0-9]"),),
    "Archos": ((DeviceClass.TABLET, r"(?:70|79|80|90|97|101|116|133)[a-z]?\b|oxygen (?:70|80|101|133)|T[0-9]"),),
    "Prestigio": ((DeviceClass.TABLET, r"PM[PT][0-9]"),),
    "Acer": ((DeviceClass.TABLET, r"[AB][13]-|ACTAB|ATAB|iconia|one (?:8|10)\b|TPA"),),
    "Siemens": ((DeviceClass.FEATURE_PHONE, r""),),
}  # fmt: skip
ANYWHERE = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ANYWHERE)
BY_MAKER = {
    maker: tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns)
    for maker, patterns in _BY_MAKER.items()
}


def device_class(maker: str, *texts: str) -> DeviceClass:
    """Return what kind of device ``texts``, its code and its names without the maker's, stand for.

    A known maker's device is a phone unless a word or its code says something else.
    """
    for kind, pattern in ANYWHERE:
        if any(pattern.search(text) for text in texts):
            return kind
    if maker in MODEM_MAKERS:
        return DeviceClass.MODEM
    for kind, pattern in BY_MAKER.get(maker, ()):
        if any(pattern.match(text) for text in texts):
            return kind
    return DeviceClass.UNKNOWN if maker == UNKNOWN_MAKER else DeviceClass.PHONE
