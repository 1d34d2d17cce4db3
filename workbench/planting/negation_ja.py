"""Takes a Japanese negation out, or puts one in, by the forms of the verb."""

import re

from workbench.planting.numbers import Edit

# Negative in form only, or answered by another negation.
_IDIOM = re.compile(
    "なければ|なくては|なくちゃ|ないと(?:いけ|なら|だめ)|しかな|かもしれな|だけで(?:は)?な|のみなら|ばかりか"
    "|に(?:違い|ちがい)な|ないわけ|ないこと[はも]な|ざるを得|ずにはい|ないでは|にほかなら|に過ぎな|にすぎな"
    "|少なくな|ではないか|じゃないか|んじゃな|なくもな|とは限らな|やむを得な|仕方な|しかたな|間もな|まもな"
    "|思いがけな|もったいな|とんでもな|つまらな|ないうち|ない限り|ないよう|ないか|すみません|しれません|ませんか"
    "|だけで(?:は)?ありません|ほかな|さえな|少な|危な|申し訳|なくて済|なくとも"
)
# What is the positive of a negative ending that needs no verb forms.
_PLAIN = (
    ("ではありませんでした", "でした"),
    ("ではありません", "です"),
    ("じゃありません", "です"),
    ("ではなかった", "だった"),
    ("じゃなかった", "だった"),
    ("ではない", "である"),
    ("じゃない", "だ"),
    ("ませんでした", "ました"),
    ("ません", "ます"),
    ("ていなかった", "ていた"),
    ("ていない", "ている"),
    ("でいない", "でいる"),
    ("られなかった", "られた"),
    ("られない", "られる"),
    ("れなかった", "れた"),
    ("れない", "れる"),
    ("せなかった", "せた"),
    ("せない", "せる"),
    ("がなかった", "があった"),
    ("もなかった", "もあった"),
    ("はなかった", "はあった"),
    ("がない", "がある"),
    ("はない", "はある"),
    ("もない", "もある"),
    ("できなかった", "できた"),
    ("できない", "できる"),
    ("えなかった", "えた"),
    ("えない", "える"),
    ("きなかった", "きた"),
    ("しなかった", "した"),
    ("しない", "する"),
    ("にならない", "になる"),
    ("にならなかった", "になった"),
    ("わなかった", "った"),
    ("わない", "う"),
    ("らなかった", "った"),
    ("らない", "る"),
    ("さなかった", "した"),
    ("さない", "す"),
    ("かなかった", "いた"),
    ("かない", "く"),
    ("まなかった", "んだ"),
    ("まない", "む"),
    ("ばない", "ぶ"),
    ("たない", "つ"),
    ("てない", "てる"),
    ("せずに", "せて"),
    ("けなかった", "けた"),
    ("めなかった", "めた"),
    ("けない", "ける"),
    ("めない", "める"),
    ("べない", "べる"),
    ("しないで", "して"),
)
_POSITIVE = dict(_PLAIN)
_NEGATIVE = re.compile(
    "|".join(sorted((re.escape(old) for old, _ in _PLAIN), key=len, reverse=True))
)
# Sentence ends that can be negated as they stand.
_ENDS = (
    ("していた", "していなかった"),
    ("ていた", "ていなかった"),
    ("でいた", "でいなかった"),
    ("している", "していない"),
    ("ている", "ていない"),
    ("でいる", "でいない"),
    ("られた", "られなかった"),
    ("された", "されなかった"),
    ("われた", "われなかった"),
    ("まれた", "まれなかった"),
    ("かれた", "かれなかった"),
    ("せた", "せなかった"),
    ("した", "しなかった"),
    ("された", "されなかった"),
    ("れる", "れない"),
    ("できる", "できない"),
    ("になる", "にならない"),
    ("なった", "ならなかった"),
    ("する", "しない"),
    ("があった", "がなかった"),
    ("がある", "がない"),
    ("だった", "ではなかった"),
    ("でした", "ではありませんでした"),
    ("ました", "ませんでした"),
    ("です", "ではありません"),
    ("ます", "ません"),
    ("だ", "ではない"),
)
_NEGATED = dict(_ENDS)
_ENDINGS = "|".join(sorted(map(re.escape, _NEGATED), key=len, reverse=True))
_END = re.compile(f"({_ENDINGS})(?=。|」|、?と|が、|ので|ため、)")
# です after an adjective or の, だ after a past form (んだ, 読んだ) are not negated so.
_KEPT = re.compile("(?:[いのんっ]|から|よう|そう|まで)$")
_CLAUSE = re.compile(r"[^。？?!！、「」]+[。？?!！、「」]*")


def edits(text: str) -> tuple[list[Edit], list[Edit]]:
    """Return the edits that take a negation out of a text, and those that put one in."""
    removals: list[Edit] = []
    additions: list[Edit] = []
    for clause in _CLAUSE.finditer(text):
        if re.search("[?？]|か[。」]|だろう|でしょう|まい", clause[0]) or _IDIOM.search(clause[0]):
            continue
        found = list(_NEGATIVE.finditer(clause[0]))
        if len(found) == 1:
            start, end = found[0].span()
            place = (clause.start() + start, clause.start() + end)
            removals.append((*place, _POSITIVE[found[0][0]]))
        elif not re.search("ない|なか|なく|ません|ず|ぬ", clause[0]):
            additions += _additions(clause, text)
    return removals, additions


def _additions(clause: re.Match[str], text: str) -> list[Edit]:
    found: list[Edit] = []
    for match in _END.finditer(text, clause.start(), min(len(text), clause.end() + 3)):
        copula = match[1] in ("です", "だ", "でした", "だった")
        if match.end(1) <= clause.end() and not (copula and _KEPT.search(text[: match.start()])):
            found.append((*match.span(1), _NEGATED[match[1]]))
    return found
