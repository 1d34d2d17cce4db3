"""Tell the language of a text: its script first, then py3langid among the languages offered.

A script of its own decides at once (kana, Hangul, Thai …). To add such a language, add its script
to _SCRIPTS. Text in Chinese characters alone may be Japanese or Chinese: only characters that one
of the two does not use decide; otherwise the user is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.languages import LANGUAGES

_SAMPLE = 20_000  # characters that are looked at
_SHARE = 0.8  # of the probability among the languages offered that makes a guess sure
_MASS = 0.15  # of the probability among all languages that the ones offered must hold
_KANA = 0.05  # of kana among kana and Chinese characters: less may be a quoted の in Chinese

# Letters of an alphabet count a third: it takes about three of them to say what one kanji says.
_SCRIPTS = {
    "kana": (re.compile(r"[\u3041-\u309f\u30a1-\u30fa\u30fd-\u30ff\uff66-\uff9d]"), 1.0),
    "han": (re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), 1.0),
    "hangul": (re.compile(r"[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]"), 1.0),
    "thai": (re.compile(r"[\u0e01-\u0e3a\u0e40-\u0e4e]"), 0.34),
    "arabic": (re.compile(r"[\u0620-\u064a\u0671-\u06d3]"), 0.34),
    "cyrillic": (re.compile(r"[\u0400-\u04ff]"), 0.34),
    "devanagari": (re.compile(r"[\u0904-\u0939\u0958-\u0961]"), 0.34),
    "latin": (re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff\uff21-\uff5a]"), 0.34),
}
_LETTER = re.compile(r"[^\W\d_]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэёъЫЭЁЪ]")
_PERSIAN = re.compile("[پچژگکی]")
# Characters in everyday use in one of the two languages and not written so in the other.
_ONLY_JA = re.compile(
    "[々働込峠畑辻枠匂榊栃笹気図円駅読売続説歳沢権検験険経済総県対応広団実発鉄戦単厳桜楽観歩歴帰"
    "弾軽転変辺滝竜両剣圏囲択徴恵悪拡拝挙揺暦枢栄浜渋焼獣稲穂聴脳蔵薬覧訳豊駆騒髪黒齢]"
)
_ONLY_ZH = re.compile(
    "[们這这说為为对过还開开关门问间见长东车马让认识话语请谁谢边电书写进远运动员经济发现头买卖岁"
    "战权级给结习务办亲带华样应师帮总报护请论议证设访该课调谈军农决况准净减击划创则刚剧劳势"
    "你她您嗎吗呢吧麼么哪啊啦喔咱俩]"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """The language a text seems to be in. sure: no need to ask; reason: for the reader."""

    language: str
    sure: bool
    reason: str


def identify(text: str, offered: Sequence[str], previous: str = "") -> Guess:
    """Return the language of a text, one of `offered` (BCP 47 codes).

    previous is the language chosen before; it is kept where the text does not decide. Only the
    first 20,000 characters are read. An unsure guess names the likeliest language offered.

    >>> identify("寒かった。逃げた。", ["en", "ja"])
    Guess(language='ja', sure=True, reason='written in kana')
    """
    offered = list(offered) or list(LANGUAGES)
    fallback = previous if previous in offered else offered[0]
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script == "none":
        kept = previous in offered
        reason = "no letters: the language chosen before is kept" if kept else "no letters"
        return Guess(fallback, kept, reason)
    if script == "latin":
        return _latin(sample, offered, fallback)
    if script == "han":
        return _han(sample, offered, previous)
    return _own_script(script, sample, offered, fallback)


def _script(sample: str) -> str:
    """Return the script most of the text is written in: a key of _SCRIPTS, "other" or "none"."""
    weights = {
        name: len(letters.findall(sample)) * weight for name, (letters, weight) in _SCRIPTS.items()
    }
    if not any(weights.values()):
        return "other" if _LETTER.search(sample) else "none"
    kana, han, hangul = weights.pop("kana"), weights.pop("han"), weights.pop("hangul")
    if kana >= _KANA * (kana + han) and kana:
        weights |= {"kana": kana + han, "hangul": hangul}
    elif hangul > _KANA * (hangul + han):  # older Korean mixes Chinese characters in
        weights |= {"han": kana, "hangul": hangul + han}
    else:
        weights |= {"han": kana + han, "hangul": hangul}
    return max(weights, key=lambda name: weights[name])


def _own_script(script: str, sample: str, offered: list[str], fallback: str) -> Guess:
    language = {"kana": "ja", "hangul": "ko", "thai": "th", "devanagari": "hi"}.get(script, "")
    if script == "arabic" and not _PERSIAN.search(sample):
        language = "ar"
    if script == "cyrillic":
        return _cyrillic(sample, offered, fallback)
    if not language:
        return Guess(fallback, False, "written in a script of none of the languages offered")
    return _if_offered(language, f"written in {_spell(script)}", offered, fallback)


def _spell(script: str) -> str:
    return script if script == "kana" else script.capitalize()


def _if_offered(language: str, reason: str, offered: list[str], fallback: str) -> Guess:
    if language in offered:
        return Guess(language, True, reason)
    name = LANGUAGES[language].name
    return Guess(fallback, False, f"{reason}: it looks like {name}, which is not offered")


def _cyrillic(sample: str, offered: list[str], fallback: str) -> Guess:
    ukrainian, russian = len(_UKRAINIAN.findall(sample)), len(_RUSSIAN.findall(sample))
    if ukrainian == russian:
        known = [code for code in ("ru", "uk") if code in offered]
        likely = fallback if fallback in known or not known else known[0]
        return Guess(likely, False, "Cyrillic letters that Russian and Ukrainian share")
    language = "uk" if ukrainian > russian else "ru"
    letters = "іїєґ" if language == "uk" else "ыэёъ"
    return _if_offered(language, f"Cyrillic with {letters}", offered, fallback)


def _han(sample: str, offered: list[str], previous: str) -> Guess:
    """Decide between Japanese and Chinese for a text without kana."""
    known = [code for code in ("ja", "zh") if code in offered]
    fallback = previous if previous in offered else (known or offered)[0]
    japanese, chinese = len(_ONLY_JA.findall(sample)), len(_ONLY_ZH.findall(sample))
    if japanese and not chinese:
        return _if_offered("ja", "characters that only Japanese uses", offered, fallback)
    if chinese and not japanese:
        return _if_offered("zh", "characters that only Chinese uses", offered, fallback)
    if previous in known:
        return Guess(previous, True, "Chinese characters only: the language before is kept")
    return Guess(fallback, False, "Chinese characters only: Japanese or Chinese?")


def _latin(sample: str, offered: list[str], fallback: str) -> Guess:
    candidates = [c for c in offered if c in LANGUAGES and LANGUAGES[c].script == "Latn"]
    if not candidates:
        return Guess(fallback, False, "written in Latin, which no language offered is")
    ranked: dict[str, float] = dict(_identifier().rank(sample.casefold()))
    mass = sum(ranked.get(code, 0.0) for code in candidates)
    best = max(candidates, key=lambda code: ranked.get(code, 0.0))
    sure = mass >= _MASS and ranked.get(best, 0.0) >= _SHARE * mass
    if not sure:
        best = next((code for code in (fallback, "en") if code in candidates), best)
    name = LANGUAGES[best].name
    return Guess(best, sure, f"reads like {name}" if sure else "too little text to be sure")


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # py3langid's own functions share one object whose languages can be changed; this one is ours.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
