"""Reads the names of English: capitals that are no common word, title, month or nationality.

lowercase.txt lists words that English text usually writes in small letters, one a line.
"""

import re
from functools import lru_cache
from importlib.resources import files

from workbench.checks.gazetteer import kind, places
from workbench.checks.mandarin import mandarin_ways
from workbench.checks.mentions import Mention, Part, Reading, joined, listed
from workbench.checks.sounds import latin
from workbench.checks.spellings import spoken

_WORD = re.compile(r"(?:[A-Z]\.)+|[^\W\d_]+(?:(?:['’]|-(?![A-Z]))[^\W\d_]+)*")
_COMMON_ENDS = re.compile(
    r"(?:ing|ed|ly|tions?|ers|ors|ments?|ness|ants?|ents|ances?|ences?|ity|ities|ive|ous|able|isms?"
    r"|ists?|ology|graphy|ways?|fuls?|less|ships?|hoods?|ates|izes?|ents|ories|houses?|ical|genic)$"
)
_SEA = re.compile("Sea of $")
_NUMBER = re.compile(r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?$")
_NO_SPEAKERS = frozenset({"so", "in", "do", "go", "an"})  # So said he
_AGE = re.compile(r", \d\d\b| \(\d\d\)")
_SPEAKS = re.compile(
    r", (?:an?|the|who|whose|now|then)\b"
    r"|,? (?:said|says|told|recalled|recalls|added|explained|asked|smiled|laughed|answered)\b"
)
_POSSESSIVE = re.compile(r"['’](?:s|S|re|ll|ve|d|m|t)?$")
_TAILS = listed(
    "born based made style era led backed flagged language occupied bound speaking controlled "
    "period run owned built trained educated raised held like only wide area level"
)
_PEOPLE = ("ians", "ian", "ans", "an", "ns", "n", "ese", "ic", "ish", "ers", "er", "is", "i")
# No name, however they sound: a wrecked name must not be linked to them.
_EMPTY = listed(
    "the a he she it they we you his her its their our your this that these those there then when "
    "while after before if but and or not no as at by for from of on to with what who why how all "
    "one even still also now here yes once only such some any each every both"
)
_WITHIN = re.compile(r"[ \t]{1,2}|-")  # what may stand between the words of one name
_TITLES = listed(
    "mr mrs ms miss dr prof sir dame lord lady rev st king queen prince princess president "
    "chairman chairwoman chair minister premier governor mayor senator rep gen col maj capt "
    "lt sgt corporal private judge justice professor coach captain general ambassador pope "
    "emperor empress director inspector detective officer reverend father sister brother "
    "aunt uncle grandma grandpa granny mother secretary spokesman spokeswoman spokesperson "
    "lawmaker reporter author actor actress singer writer poet nurse doctor pastor bishop "
    "engineer infielder outfielder pitcher catcher midwife madame mister striker goalkeeper "
    "cpl sgt pvt lcpl adm cmdr count countess duke duchess earl baron baroness marquis viscount "
    "oblast b.c.e. bce"
)
_NO_NAMES = listed(
    "i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july august september october november december jan feb mar apr jun jul "
    "aug sept oct nov dec internet christmas easter covid tv pc ok bc ad am pm gdp ceo dna aids "
    "north south east west northern southern eastern western confucian buddhist catholic "
    "protestant christian muslim islamic islam jewish olympic olympics paralympic olympian nobel "
    "communist mr mrs ms dr buddhism christianity confucianism bible god web q a the sir madam mom "
    "dad wi-fi e-mail jew jews korea korean koreans state forest agency isn aren wasn weren don "
    "doesn didn won couldn wouldn shouldn hasn haven hadn ain mister madame reverend senate "
    "congress secretariat braille zen hinomaru shinkansen penal gulf republican republicans "
    "democratic strait daddy mommy coming-of cannabis humankind midwestern orthodox covid-19 "
    "celsius x-ray rbi rbis mp mps gorge rift isles mama papa auntie uncle archbishop embassy "
    "democrat democrats tory tories chinatown manpower staphylococcus electro aborigines "
    "aboriginal anglican episcopal allies liberties plaza eurozone"
)
# Korean family names that are English words too; before a given name they are names.
_FAMILIES = {
    "lee": ("i", "Ri"), "ri": ("i", "Ri"), "rhee": ("i",), "yi": ("i",), "li": ("Ri", "i"),
    "park": ("PaK",),
    "pak": ("PaK",), "choi": ("Ce",), "choe": ("Ce",), "song": ("SoN",), "moon": ("MuN",),
    "sun": ("SuN", "SoN"), "young": ("YoN",), "woo": ("u",), "noh": ("No",), "roh": ("No", "Ro"),
    "ryu": ("Yu", "RYu"), "lim": ("iM", "RiM"), "rim": ("iM", "RiM"), "yoo": ("Yu",),
    "ha": ("Ha",), "ma": ("Ma",), "min": ("MiN",), "shin": ("SiN",), "ban": ("PaN",),
    "do": ("To",), "go": ("Ko",), "so": ("So",), "an": ("aN",), "han": ("HaN",), "sung": ("SoN",),
    "jung": ("JoN",), "chung": ("JoN", "CuN"), "hur": ("Ho",), "suh": ("So",), "kang": ("KaN",),
    "bae": ("Be",), "king": ("KiN",), "nam": ("NaM",), "won": ("WoN",), "sim": ("SiM",),
    "hong": ("HoN",), "kook": ("KuK",), "gil": ("KiR",), "in": ("iN",), "seung": ("SuN",),
}  # fmt: skip


_SMALL = listed("in do go so an won ma ha ban sun min king young sim kook gil")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = (files("workbench.checks") / "lowercase.txt").read_text("utf-8")
    return frozenset(lines.split()) | _TITLES | _NO_NAMES


def read(text: str) -> Reading:
    """Return the names of an English text."""
    words = _words(text)
    mentions = [mention for run in _runs(text, words) for mention in _mentions(text, run)]
    small = [(a, b, word) for a, b, word in words if word.islower() and b - a > 2]
    heard = [Part(a, b, (latin(word), latin(word, True))) for a, b, word in small]
    return Reading(tuple(mentions), tuple(heard))


def windows(text: str) -> tuple[Part, ...]:
    """Return the capitalised words, alone and together."""
    return _windows(_runs(text, _words(text)))


def _words(text: str) -> list[tuple[int, int, str]]:
    bare = ((m.start(), _bare(m[0])) for m in _WORD.finditer(text))
    return [(start, start + len(word), word) for start, word in bare]


def _bare(word: str) -> str:
    """Return a word without its possessive, and Korean alone of Korean-born."""
    word = _POSSESSIVE.sub("", word)
    head, _, tail = word.partition("-")
    return head if tail in _TAILS else word


def _runs(text: str, words: list[tuple[int, int, str]]) -> list[list[tuple[int, int, str]]]:
    """Return the capitalised words in runs that only spaces part."""
    runs: list[list[tuple[int, int, str]]] = []
    for word in (word for word in words if word[2][:1].isupper()):
        if runs and _WITHIN.fullmatch(text, runs[-1][-1][1], word[0]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _mentions(text: str, run: list[tuple[int, int, str]]) -> list[Mention]:
    found = []
    rest = run
    while rest:
        taken, place = _place(text, rest)
        if taken:
            found.append(_mention(text, rest[:taken], place, True))
        rest = rest[taken or 1 :] if taken else rest
        if not taken:
            names = _leading(text, rest)
            if names:
                found.append(_mention(text, names, None, _is_sure(text, names, run)))
            rest = rest[len(names) or 1 :]
    return found


def _place(text: str, words: list[tuple[int, int, str]]) -> tuple[int, int | None]:
    """Return how many of the words name a place of the gazetteer, and which."""
    for count in range(min(4, len(words)), 0, -1):
        name = " ".join(word[2] for word in words[:count])
        if name == "Japan" and words[0][0] >= 7 and _SEA.search(text, words[0][0] - 7, words[0][0]):
            return 1, places("en")["Sea of Japan"]
        plain = count > 1 or name.lower() not in _common() or _is_within(text, words[0][0])
        if name in places("en") and plain:
            return count, places("en")[name]
    place = _people(words[0][2])
    return (1, place) if place is not None else (0, None)


def _is_within(text: str, start: int) -> bool:
    """Tell a capital in the midst of a sentence: Turkey said, but in Antarctic waters."""
    return text[max(0, start - 1) : start] == " " and text[max(0, start - 2) : start - 1].islower()


def _people(word: str) -> int | None:
    """Return the place whose people or adjective a word is: Icelandic, Australians."""
    for end in _PEOPLE:
        if word.endswith(end) and len(word) - len(end) > 3:
            stem = word[: -len(end)]
            known = (places("en").get(stem + vowel) for vowel in ("", "a", "ia", "y"))
            place = next((number for number in known if number is not None), None)
            if place is not None and kind(place) == "place" and word.lower() not in _common():
                return place
    return None


def _leading(text: str, words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the words of the name at the head of a run: up to a common word or a place."""
    names: list[tuple[int, int, str]] = []
    for index, word in enumerate(words):
        following = words[index + 1][2] if index + 1 < len(words) else ""
        small = word[2].lower()
        spoken = small in _FAMILIES and small not in _NO_SPEAKERS and _SPEAKS.match(text, word[1])
        if (_is_common(word[2], following) and not spoken) or (not names and len(word[2]) < 2):
            break
        names.append(word)
    return names


def _is_common(word: str, following: str) -> bool:
    small = word.lower().replace("’", "'")
    if (len(small) > 6 and _COMMON_ENDS.search(small)) or _NUMBER.match(small):
        return True
    if small in _FAMILIES and small not in _SMALL and following and not _is_common(following, ""):
        return False
    if small in _NO_NAMES or small in _TITLES:
        return True
    return small in _common() or (small.endswith("s") and small[:-1] in _common())


def _mention(
    text: str, words: list[tuple[int, int, str]], place: int | None, sure: bool
) -> Mention:
    parts = tuple(Part(start, end, sounds(word)) for start, end, word in words)
    if place is not None:
        return Mention("place", parts, sure, place)
    before = re.search(r"([A-Za-z]+)\.? $", text[max(0, words[0][0] - 20) : words[0][0]])
    titled = before is not None and before[1].lower() in _TITLES
    person = titled or _AGE.match(text, words[-1][1]) is not None
    return Mention("person" if person else "name", parts, sure or person)


def _is_sure(text: str, names: list[tuple[int, int, str]], run: list[tuple[int, int, str]]) -> bool:
    """Tell a name from a capital at the start of a sentence, a heading or an acronym."""
    if all(word[2].isupper() and len(word[2]) < 6 for word in names):
        return False
    if len(names) > 1 or names[0][0] > run[0][0]:
        return True
    before = text[: names[0][0]].rstrip("\"'“‘( ")
    if text[names[-1][1] : names[-1][1] + 2] in {"'s", "’s"}:
        return True
    within = bool(before) and before[-1] not in ".!?:;—–-…\n”’"
    foreign = len(names[0][2]) > 3 and names[0][2][-1] in "aiou"
    return within or foreign or _SPEAKS.match(text, names[0][1]) is not None


def _windows(runs: list[list[tuple[int, int, str]]]) -> tuple[Part, ...]:
    found = []
    for run in runs:
        parts = [Part(start, end, sounds(word), word.lower() in _EMPTY) for start, end, word in run]
        for first, last in (
            (i, j) for i in range(len(run)) for j in range(i, min(i + 4, len(run)))
        ):
            window = parts[first : last + 1]
            turned = joined([*window[1:], window[0]]) if len(window) > 1 else ()
            if not all(part.rough for part in window):
                found.append(Part(window[0].start, window[-1].end, joined(window) + turned))
    return tuple(found)


@lru_cache(maxsize=16384)
def sounds(word: str) -> tuple[str, ...]:
    """Return the ways a word may sound; Korean family names have ways of their own."""
    small = word.lower()
    plain = latin(word)
    chinese = mandarin_ways(small)
    rest = (*_foreign(plain), latin(word, True), *spoken(word))
    ways = (*_FAMILIES.get(small, ()), plain, *chinese, *rest)
    if small.endswith("e") and len(small) > 3 and plain.endswith("e"):
        ways += (plain[:-1],)
    return tuple(dict.fromkeys(way for way in ways if way))


def _foreign(plain: str) -> tuple[str, ...]:
    """Return the sound without a plural or an adjective's ending: Ethiopian, Senkakus."""
    ends = [end for end in ("aN", "iaN", "S", "iSu", "eSe", "iSi") if plain.endswith(end)]
    return tuple(plain[: -len(end)] for end in ends if len(plain) - len(end) > 3)
