"""Find the quotations and parentheses of a line. To add a pair, add its line in _PAIRS."""

import re
from collections import Counter

_PAIRS = {
    "「": "」",
    "『": "』",
    "｢": "｣",
    "（": "）",
    "(": ")",
    "［": "］",
    "[": "]",
    "【": "】",
    "〔": "〕",
    "〈": "〉",
    "《": "》",
    "“": "”",
    "‘": "’",
    "„": "“”",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    '"': '"',
    "'": "'",
}
CLOSERS = "」』｣）)］]】〕〉》”’»›"
_BRACKET = re.compile(f"[{re.escape(''.join(_PAIRS) + ''.join(_PAIRS.values()))}]")


def pairs(text: str, *, apostrophes: bool) -> list[tuple[int, int]]:
    """Return the outermost (opening, closing) indices, in order; unbalanced signs pair with none.

    apostrophes: ' and ’ also stand inside and after words (don't, the boys’ room), so they close
    a quotation only where no apostrophe can stand. Time is linear in the text.
    """
    stack: list[tuple[int, str]] = []
    waiting: Counter[str] = Counter()  # closing sign -> how many open brackets accept it
    found: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(text):
        at, sign = match.start(), match.group()
        if waiting[sign] and _may_close(text, at, apostrophes):
            while True:
                opening, accepted = stack.pop()
                waiting.subtract(accepted)
                if sign in accepted:
                    break
            while found and found[-1][0] > opening:
                found.pop()
            found.append((opening, at))
        elif sign in _PAIRS and _may_open(text, at):
            stack.append((at, _PAIRS[sign]))
            waiting.update(_PAIRS[sign])
    return found


def _may_close(text: str, at: int, apostrophes: bool) -> bool:
    sign = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if sign == '"':
        return not before.isspace()
    if sign == "'":
        return (not apostrophes or before in ".,!?…") and not (apostrophes and after.isalnum())
    return not (sign == "’" and apostrophes and after.isalnum())


def _may_open(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if text[at] == '"':
        return not after.isspace()
    if text[at] in "'»":
        return not before.isalnum() and before not in CLOSERS and not after.isspace()
    return True
