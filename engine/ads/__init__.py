"""Ads: template, copy and portrait become a picture; preflight says what is wrong with it; export writes it."""

from engine.ads.colours import BrandKit
from engine.ads.compose import Ad, compose
from engine.ads.crop import Portrait
from engine.ads.encode import WEIGHT_LIMITS, encode_jpeg
from engine.ads.family_file import load_family
from engine.ads.fonts import ensure_application, register_fonts
from engine.ads.layers import LayerCache, Logo
from engine.ads.logo_file import logo_of, read_logo
from engine.ads.preflight import Fault, FaultKind
from engine.ads.setting import AdCopy
from engine.ads.template import TemplateFamily, families

__all__ = [
    "WEIGHT_LIMITS",
    "Ad",
    "AdCopy",
    "BrandKit",
    "Fault",
    "FaultKind",
    "LayerCache",
    "Logo",
    "Portrait",
    "TemplateFamily",
    "compose",
    "encode_jpeg",
    "ensure_application",
    "families",
    "load_family",
    "logo_of",
    "read_logo",
    "register_fonts",
]
