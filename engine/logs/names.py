"""What operators call their columns and files, in English, Hungarian and German."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine import columns
from engine.logs.layout import LAYOUTS, Kind

EXACT, PART = 1.0, 0.6  # how sure a name makes: all of it is known, or it holds something known
SYNONYMS: dict[str, str] = {
    columns.CALLER: (
        "caller calling calling_number calling_party calling_msisdn a_number anumber a_party a_msisdn a_subscriber "
        "from_number source originating originator caller_id calling_hash from "
        "hivo hivo_szam hivo_fel hivoszam a_szam kezdemenyezo hivo_azonosito "
        "anrufer rufnummer_a a_nummer a_rufnummer rufende_nummer anrufende_nummer absender"
    ),
    columns.CALLEE: (
        "callee called called_number called_party called_msisdn b_number bnumber b_party b_msisdn to_number "
        "destination dialled dialed dialled_number recipient called_hash to "
        "hivott hivott_szam hivott_fel hivottszam b_szam hivott_azonosito "
        "angerufener rufnummer_b b_nummer b_rufnummer gerufene_nummer zielrufnummer zielnummer empfaenger empfanger"
    ),
    columns.TIME: (
        "time timestamp start start_time starttime datetime date_time date call_start call_time event_time started_at "
        "idopont kezdet kezdete hivas_kezdete kezdes datum idobelyeg datum_ido hivas_ideje "
        "zeit zeitpunkt beginn startzeit zeitstempel anrufbeginn datum_zeit "
        "call_date start_date day nap clock clock_time time_of_day ora oraperc ido uhrzeit tag anrufdatum"
    ),
    columns.CLOCK: "clock clock_time time_of_day hour ora oraperc ido idopont uhrzeit zeit time call_time start_time",
    columns.SECONDS: (
        "seconds duration duration_s duration_sec durations call_duration length secs billsec talk_time "
        "duration_seconds duration_min minutes duration_ms "
        "hossz idotartam masodperc hivashossz tartam hivas_hossza beszedido perc "
        "dauer dauer_s dauer_sek sekunden gespraechsdauer gesprachsdauer anrufdauer minuten"
    ),
    columns.CELL: (
        "cell cell_id cellid antenna antenna_id tower site site_id cgi lac_ci enodeb "
        "cella cella_id cellaazonosito bazisallomas antenna_azonosito zelle zellen_id funkzelle zell_id sendemast"
    ),
    columns.PHONE_TYPE: (
        "phone_type imei tac handset device device_type terminal terminal_type phone model phone_model imeisv "
        "handset_model device_model "
        "keszulek keszulektipus telefon telefontipus keszulek_tipus tipus "
        "geraet gerat geraetetyp geratetyp endgeraet endgerat handy telefontyp geraetetyp_imei handymodell"
    ),
    columns.KIND: (
        "kind call_type type event_type record_type service service_type interaction "
        "hivas_tipusa forgalom_tipusa esemeny szolgaltatas tipus_kod art anrufart verbindungsart dienst ereignis typ"
    ),
    columns.CUSTOMER: (
        "customer customer_id customerid msisdn subscriber subscriber_id user user_id phone_number number account "
        "client client_id subscriber_hash customer_number a_number a_msisdn calling_number calling_msisdn "
        "ugyfel ugyfel_id ugyfelazonosito ugyfelszam elofizeto elofizeto_id telefonszam hivoszam_ugyfel azonosito "
        "kunde kunden_id kundennummer kundennr teilnehmer teilnehmernummer rufnummer kunden_nr"
    ),
    columns.MEGABYTES: (
        "megabytes mb volume data_volume volume_mb traffic data usage bytes kilobytes kb gb gigabytes total_mb "
        "data_mb volume_bytes bytes_total volume_kb "
        "adatmennyiseg adatforgalom forgalom forgalom_mb megabajt mennyiseg adat_mb "
        "datenvolumen volumen datenmenge verbrauch verbrauch_mb volumen_mb"
    ),
    columns.CATEGORY: (
        "category app application app_category service_category content use "
        "kategoria alkalmazas alkalmazas_tipus tartalom kategorie anwendung nutzung inhalt"
    ),
    columns.FIRST_NAME: "first_name firstname given_name forename name keresztnev utonev nev vorname rufname",
    columns.RESIDENCE: (
        "residence town city place home_town settlement municipality "
        "lakohely telepules varos helyseg lakcim_varos wohnort ort stadt gemeinde wohnsitz"
    ),
    columns.BIRTH_YEAR: (
        "birth_year year_of_birth yob birthyear born szuletesi_ev szul_ev szuletes_eve szuletett "
        "geburtsjahr jahrgang geboren"
    ),
    columns.SEX: "sex gender nem neme geschlecht",
    columns.SINCE: (
        "since customer_since joined start_date contract_start activation_date activated_on member_since "
        "szerzodes_kezdete ugyfel_ota elofizetes_kezdete belepes aktivalas kunde_seit vertragsbeginn seit eintritt"
    ),
    columns.LEFT_ON: (
        "left_on left churned_on churn_date end_date contract_end cancelled_on "
        "szerzodes_vege kilepes tavozas lemondas megszunes vertragsende kuendigung kundigung austritt gekuendigt_am"
    ),
    columns.PHONE_SINCE: (
        "phone_since handset_since device_since phone_start keszulek_ota keszulek_kezdete telefon_ota "
        "geraet_seit gerat_seit handy_seit"
    ),
    columns.PHOTO_CONSENT: (
        "photo_consent consent consent_date photo_permission hozzajarulas foto_hozzajarulas kep_hozzajarulas "
        "hozzajarulas_datuma einwilligung fotoeinwilligung foto_einwilligung zustimmung"
    ),
    columns.OFFER: (
        "offer offer_id offer_key campaign_offer treatment product ajanlat ajanlat_id ajanlat_kod termek "
        "angebot angebots_id angebotsnummer produkt"
    ),
    columns.OUTCOME: (
        "outcome response responded accepted converted bought result success conversion "
        "eredmeny valasz elfogadta vasarolt sikeres ergebnis antwort angenommen gekauft erfolg reaktion"
    ),
    columns.ASKED_ON: (
        "asked_on contacted_on offered_on sent_on contact_date campaign_date megkeresve megkereses_napja "
        "ajanlat_napja kuldve kontaktdatum angefragt_am kontaktiert_am gesendet_am"
    ),
    columns.MARGIN: "margin profit earnings contribution arres haszon nyereseg fedezet marge gewinn deckungsbeitrag",
    columns.COST: "cost costs expense koltseg ktg kosten aufwand",
    columns.NAME: "name offer_name title nev megnevezes ajanlat_neve bezeichnung titel angebotsname",
    columns.MAKER: "maker manufacturer brand make gyarto marka hersteller marke",
    columns.LATITUDE: "latitude lat y szelesseg foldrajzi_szelesseg breite breitengrad geo_lat",
    columns.LONGITUDE: "longitude lon lng long x hosszusag foldrajzi_hosszusag laenge lange laengengrad langengrad",
}  # fmt: skip
FILE_WORDS: dict[Kind, str] = {
    "calls": "call cdr hivas anruf gespraech verbindung voice",
    "usage": "usage internet data traffic adatforgalom hasznalat nutzung daten",
    "customers": "customer subscriber client ugyfel elofizeto kunde teilnehmer",
    "history": "history campaign trial kampany elozmeny kampagne historie",
    "offers": "offer catalog ajanlat katalogus angebot",
    "cells": "cell antenna tower cella zelle funkzelle",
}
UNITS: dict[str, tuple[str, ...]] = {
    "bytes": ("bytes", "byte", "bajt"),
    "kilobytes": ("kb", "kilobytes", "kilobyte", "kib"),
    "gigabytes": ("gb", "gigabytes", "gigabyte"),
    "minutes": ("min", "mins", "minutes", "perc", "minuten"),
    "milliseconds": ("ms", "milliseconds", "millis"),
}
KNOWN = {role: frozenset(words.split()) | {role} for role, words in SYNONYMS.items()}


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return a column's name in small ASCII letters and digits, its words joined by ``_``: "Hívó szám" is hivo_szam."""
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss").casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


@lru_cache(maxsize=65_536)
def name_score(name: str, role: str) -> float:
    """Return how sure the name of a column makes that it plays a role: EXACT, PART or 0."""
    plain, known = plain_name(name), KNOWN.get(role, frozenset((role,)))
    if plain in known:
        return EXACT
    padded = f"_{plain}_"
    return PART if any(len(word) > 2 and f"_{word}_" in padded for word in known) else 0.0


@lru_cache(maxsize=4096)
def is_of_others(name: str, role: str) -> bool:
    """Whether a name is known, but not for this role."""
    plain = plain_name(name)
    return plain not in KNOWN.get(role, frozenset((role,))) and any(plain in known for known in KNOWN.values())


def is_known(name: str) -> bool:
    """Whether any role goes by this name."""
    plain = plain_name(name)
    return any(plain in known for known in KNOWN.values()) or any(
        plain == column.name for layout in LAYOUTS.values() for column in layout.columns
    )


def file_score(name: str, kind: Kind) -> float:
    """Return 1 if a file's name speaks of a kind, else 0."""
    plain = plain_name(name)
    return float(any(word in plain for word in FILE_WORDS[kind].split()))


def unit_of(name: str, role: str) -> str:
    """Return the unit that a column's name gives, "" for the one that the clean table has anyway."""
    units = {
        columns.MEGABYTES: ("bytes", "kilobytes", "gigabytes"),
        columns.SECONDS: ("minutes", "milliseconds"),
    }.get(role, ())
    words = plain_name(name).split("_")
    return next((unit for unit in units if any(word in UNITS[unit] for word in words)), "")
