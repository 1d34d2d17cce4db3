"""Looks at the writing of the target: source script left over, another language, a mere copy."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from workbench.checks.integrity import plain
from workbench.checks.registry import Pair, check
from workbench.languages import LANGUAGES
from workbench.types import Finding

_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HANGUL = "\u1100-\u11ff\u3131-\u318f\uac00-\ud7a3"
_OWN = {
    "Jpan": re.compile(f"[{_KANA}{_HAN}]"),
    "Hans": re.compile(f"[{_HAN}]"),
    "Hang": re.compile(f"[{_HANGUL}]"),
    "Latn": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "Cyrl": re.compile("[\u0400-\u04ff]"),
    "Thai": re.compile("[\u0e01-\u0e5b]"),
    "Deva": re.compile("[\u0900-\u097f]"),
    "Arab": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
}
_KANA_SIGN = re.compile(f"[{_KANA}]")
# What a text of the script does not contain.
_FOREIGN = {
    "Jpan": re.compile(f"[{_HANGUL}]+"),
    "Hans": re.compile(f"[{_HANGUL}{_KANA}]+"),
    "Hang": re.compile(f"[{_KANA}{_HAN}]+"),
}
_FOREIGN_ELSEWHERE = re.compile(f"[{_KANA}{_HAN}{_HANGUL}]+")
_LETTER = re.compile(r"[^\W\d_]")
_OPENERS, _CLOSERS = '(（[［「『“‘"《〈', ')）]］」』”’"》〉'

# The commonest words of languages in Latin script, chosen to belong to one of them only.
_COMMON = {
    "en": "the and of to is was with that for his her their which from were said",
    "fr": "le les des une est dans que qui sur avec pour pas du au était ont",
    "de": "der die das und ist nicht ein eine mit den von zu auf wurde hat dem",
    "es": "el los las una que del por con para es está fue pero su como más",
    "pt": "os uma não para com dos foi mais são ele ela também mas pelo à",
    "it": "il gli che della di è una per non sono con nel alla anche più stato",
    "nl": "het een van en dat niet op voor met zijn werd aan ook maar wordt",
    "id": "yang dan di itu dengan untuk tidak dari ini pada adalah dalam",
    "tr": "ve bir bu için ile çok olarak daha olan değil kadar sonra",
}
_COMMON_SETS = {code: frozenset(words.split()) for code, words in _COMMON.items()}


@check("copy")
def check_copy(pair: Pair) -> Iterator[Finding]:
    """Yield targets that are the source again (critical)."""
    if _is_copy(pair):
        message = "The target is the source, not a translation of it."
        yield pair.doubt("copy", "critical", message, confidence=0.95)


@check("language")
def check_language(pair: Pair) -> Iterator[Finding]:
    """Yield targets written in another script or another Latin-script language (critical)."""
    if _is_copy(pair):
        return
    own, letters = letters_of(pair.target, pair.language)
    chinese = pair.language == "ja" and own >= 24 and not _KANA_SIGN.search(pair.target)
    if letters >= 8 and (own < 0.3 * letters or chinese):
        name = LANGUAGES[pair.language].name if pair.language in LANGUAGES else pair.language
        message = f"The target does not look like {name}."
        yield pair.doubt("language", "critical", message, confidence=0.9)
    elif (other := _other_language(pair)) is not None:
        message = f"The target looks like {LANGUAGES[other].name}."
        yield pair.doubt("language", "critical", message, confidence=0.9)


@check("script")
def check_script(pair: Pair) -> Iterator[Finding]:
    """Yield letters of the source left in the target: major, in brackets or quotes minor."""
    if _is_copy(pair):
        return
    script = LANGUAGES[pair.language].script if pair.language in LANGUAGES else "Latn"
    for match in _FOREIGN.get(script, _FOREIGN_ELSEWHERE).finditer(pair.target):
        enclosed = _enclosed(pair.target, match.start())
        if script == "Hang" and (enclosed or _is_abbreviation(match[0])):
            continue
        glossed = enclosed or _is_quoted(pair.target, *match.span())
        message = f"{match[0][:40]} is left untranslated in the target."
        if glossed:
            yield pair.doubt("script", "minor", message, match.span(), 0.6)
        else:
            yield pair.doubt("script", "major", message, match.span(), 0.95)
        return


def letters_of(text: str, language: str) -> tuple[int, int]:
    """Return how many letters of a text are in the script of a language, and how many there are.

    >>> letters_of("서울 City", "ko")
    (2, 6)
    """
    return len(_own(language).findall(text)), len(_LETTER.findall(text))


def _own(language: str) -> re.Pattern[str]:
    return _OWN[LANGUAGES[language].script] if language in LANGUAGES else _LETTER


def _is_abbreviation(run: str) -> bool:
    """Tell whether a run is one Han sign, as in headlines of Korean papers (美, 中, 日)."""
    return len(run) == 1 and not _KANA_SIGN.match(run)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether quotes or brackets stand directly around a part of the text."""
    around = text[max(0, start - 1) : start], text[end : end + 1]
    return all(around) and around[0] in _OPENERS and around[1] in _CLOSERS


def _enclosed(text: str, place: int) -> bool:
    """Tell whether a place is inside round or square brackets, at most 60 characters wide."""
    before = text[max(0, place - 60) : place]
    opened = max(before.rfind("("), before.rfind("（"), before.rfind("["))
    closed = max(before.rfind(")"), before.rfind("）"), before.rfind("]"))
    return opened > closed


def _is_copy(pair: Pair) -> bool:
    """Tell whether the target equals the source or nearly so; names and codes may."""
    source, target = pair.source.strip(), pair.target.strip()
    prose = len(_own(pair.source_language).findall(source))
    if pair.source_language.split("-")[0] not in {"ja", "zh", "ko"}:
        words = [word for word in re.findall(r"[^\W\d_]+", source) if word.islower()]
        prose = len(words) * 2 if len(words) > 2 else 0
    if prose < 4 or abs(len(source) - len(target)) > 0.2 * len(source):
        return False
    if plain(source) == plain(target):
        return True
    if len(_own(pair.source_language).findall(target)) < 0.6 * prose:
        return False
    matcher = SequenceMatcher(None, source[:400], target[:400], autojunk=False)
    return matcher.quick_ratio() > 0.9 and matcher.ratio() > 0.9


def _other_language(pair: Pair) -> str | None:
    """Return the Latin-script language whose commonest words the target has, not the wanted one."""
    own = _COMMON_SETS.get(pair.language)
    words = re.findall(r"[^\W\d_]+", pair.target.casefold())
    if own is None or len(words) < 6 or sum(word in own for word in words):
        return None
    hits = {code: sum(word in common for word in words) for code, common in _COMMON_SETS.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] >= 3 else None
