"""Knows the names of places that do not sound alike in Japanese, Korean and English.

Names of countries and of the cities of time zones are those of CLDR (by Babel); places.json adds
what CLDR lacks: [Japanese, Korean, English, kind], forms separated by |, kind where no place. A
form after ~ is accepted as a rendering (米 for 米国) but is no mention. To add a name, add its row.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

_LANGUAGES = ("ja", "ko", "en")
_FORMS = re.compile(r"\s*[(（].*|\s*[-–].*特別行政区.*")


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Return the forms of every place by language; own rows first, then those of CLDR."""
    own = json.loads((files("workbench.checks") / "places.json").read_text("utf-8"))
    names = ("ja", "ko", "en", "kind")
    rows = [dict(zip(names, (tuple(c.split("|")) for c in row), strict=False)) for row in own]
    known = {form for row in rows for form in row["en"]}
    return (*rows, *(row for row in _cldr() if not known & set(row["en"])))


def _cldr() -> list[dict[str, tuple[str, ...]]]:
    from babel import Locale

    locales = {language: Locale(language) for language in _LANGUAGES}
    territories = [code for code in map(str, locales["en"].territories) if code.isalpha()]
    zones = [zone for zone in map(str, locales["ja"].time_zones) if "/" in zone]
    rows: list[dict[str, tuple[str, ...]]] = []
    for key in (*territories, *zones):
        row = {language: _name(locale, key) for language, locale in locales.items()}
        if all(row.values()):
            rows.append({language: (name,) for language, name in row.items()})
    return rows


def _name(locale: object, key: str) -> str:
    """Return the name of a territory, or of a time zone's city: its key is English."""
    from babel import Locale

    assert isinstance(locale, Locale)
    if "/" not in key:
        return _FORMS.sub("", locale.territories.get(key, ""))
    city = locale.time_zones.get(key, {}).get("city", "")
    return city or (key.split("/")[-1].replace("_", " ") if locale.language == "en" else "")


@lru_cache(maxsize=8)
def places(language: str) -> Mapping[str, int]:
    """Return the number of the place that each form of a language names."""
    found: dict[str, int] = {}
    for number, row in enumerate(_rows()):
        for form in row.get(language, ()):
            if not form.startswith("~") and (len(form) > 1 or language == "en"):
                found.setdefault(form, number)
    return found


@lru_cache(maxsize=2048)
def forms(place: int, language: str) -> tuple[str, ...]:
    """Return every form that renders a place in a language, the longest first."""
    row = _rows()[place].get(language, ())
    return tuple(sorted((form.lstrip("~") for form in row), key=len, reverse=True))


def kind(place: int) -> str:
    """Return what a row names: place, person, organisation or name."""
    return _rows()[place].get("kind", ("place",))[0]


def is_place(name: str) -> bool:
    """Tell whether a name in English is that of a row."""
    return name in _english()


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    return frozenset(row["en"][0].lstrip("~") for row in _rows())


def english(place: int) -> str:
    """Return the English name of a place, the form that no column owns."""
    return _rows()[place]["en"][0].lstrip("~")
