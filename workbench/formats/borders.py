"""Where formatting may begin and end in a text: between words, never within one or in a number.

Spaced languages have spaces between words; Japanese and Chinese borders are guessed from changes
of the script, so that no tokenizer is needed. To add a script, add its row to _SCRIPTS.
"""

import re
import unicodedata
from functools import lru_cache

_SCRIPTS = (
    (0x3040, 0x309F, "hiragana"),
    (0x30A0, 0x30FF, "katakana"),
    (0x31F0, 0x31FF, "katakana"),
    (0xFF66, 0xFF9D, "katakana"),
    (0x3005, 0x3007, "han"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xF900, 0xFAFF, "han"),
    (0x20000, 0x3FFFF, "han"),
    (0x1100, 0x11FF, "hangul"),
    (0x3130, 0x318F, "hangul"),
    (0xAC00, 0xD7FF, "hangul"),
)
_STOPS = ".,;:!?。、，．！？；：…"
_IN_NUMBERS = ".,:/．，"
_IN_WORDS = "'’-_.@‐‑"
_BEFORE_NUMBERS = "$€£¥￥₩#"
_BEHIND_NUMBERS = "%％‰°℃"
# What may begin behind a word of kanji or katakana: anything else is its ending (走った).
_JA_PARTICLES = frozenset("をはがのにでともへや")
_KO_PARTICLES = re.compile(
    "[은는이가을를의에께로와과도만다]|에서|에게|으로|까지|부터|보다|처럼|이?라고|이다|입니다"
)


@lru_cache(maxsize=65_536)
def script(character: str) -> str:
    """Return the sort of a character: space, mark, digit, stop (any punctuation) or its script.

    Letters of other scripts than those of East Asia are "letter".
    """
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if category[0] == "M" or character == "\u200d":
        return "mark"
    if category == "Nd":
        return "digit"
    code = ord(character)
    for first, last, name in _SCRIPTS:
        if first <= code <= last and category != "Po" and character != "・":
            return name
    return "letter" if category[0] in "LN" else "stop"


def has_words(text: str) -> bool:
    """Return whether the text has a letter or a digit."""
    return any(character.isalnum() for character in text)


def is_particle(text: str) -> bool:
    """Return whether the text is nothing but a Japanese particle."""
    return 0 < len(text) < 3 and all(character in _JA_PARTICLES for character in text)


def borders(text: str) -> list[int]:
    """Return the places where a word may begin or end, 0 and the length among them, ascending.

    >>> borders("3.5%の報告書を読んだ。")
    [0, 4, 5, 8, 9, 12, 13]
    """
    chinese = not any(script(c) in ("hiragana", "katakana", "hangul") for c in text)
    inner = (at for at in range(1, len(text)) if _is_border(text, at, chinese))
    return [0, *inner, len(text)] if text else [0]


def is_within_word(text: str, at: int) -> bool:
    """Return whether a word that is written with spaces around it, or a number, goes on at `at`."""
    if not 0 < at < len(text):
        return False
    before, behind = script(text[at - 1]), script(text[at])
    if behind == "mark" or text[at - 1] == "\u200d":
        return True
    if behind == "stop":
        return (before == "digit" and text[at] in _BEHIND_NUMBERS) or _joins(text, at)
    if before == "stop":
        return (behind == "digit" and text[at - 1] in _BEFORE_NUMBERS) or _joins(text, at - 1)
    return _kin(before, behind) and before in ("letter", "digit", "hangul")


def grow(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span with the rest of the words that it cuts, but for a Korean particle behind it.

    >>> grow("그 보고서를 읽었다", 2, 4)
    (2, 6)
    >>> grow("그 보고서를 읽었다", 2, 5)
    (2, 5)
    """
    while is_within_word(text, start):
        start -= 1
    grown = end
    while is_within_word(text, grown):
        grown += 1
    return start, end if _KO_PARTICLES.fullmatch(text, end, grown) else grown


def cuts_latin(text: str, at: int) -> bool:
    """Return whether Latin letters or digits go on at `at`: the "id" of "did" is not meant."""
    return 0 < at < len(text) and all(c.isascii() and c.isalnum() for c in text[at - 1 : at + 1])


def trim(text: str, start: int, end: int, stops: bool = False) -> tuple[int, int]:
    """Return the span without the white space, and if asked the stops, at its ends."""

    def goes(character: str) -> bool:
        return character.isspace() or (stops and character in _STOPS)

    while start < end and goes(text[start]):
        start += 1
    while end > start and goes(text[end - 1]):
        end -= 1
    return start, end


def _is_border(text: str, at: int, chinese: bool) -> bool:
    before, behind = script(text[at - 1]), script(text[at])
    if is_within_word(text, at):
        return False
    if {before, behind} & {"space", "stop", "mark"}:
        return True
    if behind == "hiragana":
        return before != "hiragana" and text[at] in _JA_PARTICLES
    if before == "digit" or before == behind:
        return chinese and before == behind == "han"
    return True


def _kin(before: str, behind: str) -> bool:
    return before == behind or {before, behind} == {"letter", "digit"}


def _joins(text: str, at: int) -> bool:
    """Return whether the sign at `at` stands within a number or a word (3,000, don't)."""
    if not 0 < at < len(text) - 1:
        return False
    around = {script(text[at - 1]), script(text[at + 1])}
    if around == {"digit"}:
        return text[at] in _IN_NUMBERS
    return around <= {"letter", "digit"} and text[at] in _IN_WORDS
