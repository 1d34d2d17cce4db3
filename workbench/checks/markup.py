"""Compares what a program reads in a text: tags, placeholders, addresses, code, emoji.

To protect another form, add its pattern to PLACEHOLDERS (kept whole) or _VERBATIM (letter by
letter).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

import regex  # type: ignore[import-untyped]

from workbench.checks.registry import Pair, check
from workbench.languages import LANGUAGES
from workbench.types import Finding

# Names of HTML 4 in capitals; other capitals in angle brackets are titles (<NHK>, <SKY Castle>).
_CAPITALS = "A|B|I|U|P|S|BR|HR|EM|LI|OL|UL|TD|TH|TR|DIV|DEL|IMG|INS|PRE|SUB|SUP|CODE|FONT|SPAN|BODY|HEAD|HTML|FORM|TABLE|STRONG|CENTER|SMALL|H[1-6]"  # noqa: E501
_VALUE = r"""(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>]{1,500})"""
_TAG = re.compile(
    rf"<(/?)([a-z][\w.:-]{{0,40}}+|(?:{_CAPITALS})(?![\w]))"
    rf"(?:\s++[A-Za-z_:][\w.:-]{{0,60}}+(?:\s*+=\s*+{_VALUE})?+){{0,30}}+\s*+(/?)>"
    r"|<!--.{0,500}?-->",
    re.DOTALL,
)
# Elements of HTML and XLIFF that need no end.
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
_VOID |= {"track", "wbr", "x", "ph", "bx", "ex"}
PLACEHOLDERS = (
    re.compile(r"\{\{[^{}\n]{1,80}\}\}"),  # {{name}}
    re.compile(r"[$#%]\{[^{}\n]{1,80}\}"),  # ${x}
    re.compile(r"(?<![{$#%])\{ ?[A-Za-z0-9_.:!-]{0,60} ?\}(?!\})"),  # {0}, {name}
    re.compile(r"%\([A-Za-z_]\w{0,40}\)[-+#0]*\d{0,3}[a-zA-Z]"),  # %(name)s
    re.compile(r"(?<![\d%])%\d{1,2}\$[-+#0]*\d{0,3}(?:\.\d{1,3})?[a-zA-Z@]"),  # %1$s
    re.compile(r"\[\[[A-Za-z0-9_.:#/-]{1,80}\]\]"),  # [[name]]
    re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});"),  # &nbsp;
)
# Filled in order: two of them must not change places. "50%d" and "100% free" are percentages.
ORDERED = re.compile(
    r"(?<![\d%])%[-+#0]*\d{0,3}(?:\.\d{1,3})?(?:hh|h|ll|l|L|z|j|t)?[diouxXeEfgGcs@]"
)
_URL = re.compile(r"(?:https?|ftp)://[\w.~:/?#\[\]@!$&'()*+,;=%-]{1,2000}", re.ASCII)
_VERBATIM = (
    ("link", re.compile(r"(?<=\]\()[^()\s]{1,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?(?=\))")),
    ("code", re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]{1,1000}(?<!`)\1(?!`)")),
    ("address", _URL),
    (
        "e-mail address",
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII),
    ),
    (
        "address",
        re.compile(
            r"(?<![\w./@-])www\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}[\w/?=&%.-]{0,500}", re.ASCII
        ),
    ),
)
_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]{0,500}\]\((?=[^()\s])")
# Attributes that people read: their values are translated.
_SPOKEN = re.compile(r"""((?:alt|title|placeholder|aria-label|summary)\s*=\s*)("[^"]*"|'[^']*')""")
_CONTROL = re.compile(
    r"</?s>|<(?:unk|pad|mask|bos|eos|cls|sep)>|<\|[a-zA-Z_]{1,40}\|>|\[(?:CLS|SEP|PAD|UNK|MASK)\]"
    r"|<extra_id_\d{1,3}>|<(?:start|end)_of_(?:turn|text)>|<0x[0-9A-F]{2}>|<2[a-z]{2,3}>"
    r"|>>[a-z]{2,3}(?:_[A-Z][a-z]{3})?<<|__[a-z]{2,3}__|▁|⁇"
)
_EMOJI = regex.compile(
    r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)\p{Emoji_Modifier}?"
)


@check("markup")
def check_markup(pair: Pair) -> Iterator[Finding]:
    """Yield tags and placeholders that are lost, added or broken (critical) or moved (minor).

    Numbered and named placeholders may change places, as words do; %s and %d may not, and a tag
    must still open before it closes.
    """
    if not _has_marks(pair.source) and not _has_marks(pair.target):
        return
    ours = markup(pair.source)
    theirs = tuple(m for m in markup(pair.target) if m in ours or not _CONTROL.fullmatch(m))
    lost = list((Counter(ours) - Counter(theirs)).elements())
    added = list((Counter(theirs) - Counter(ours)).elements())
    if lost:
        names = _listed(lost)
        instead = f"; it has {_listed(added)} instead" if added else ""
        message = f"The target lacks {names} of the source{instead}: put it back."
        yield pair.doubt("markup", "critical", message, confidence=0.95)
    elif added:
        place = pair.target.find(added[0])
        span = (place, place + len(added[0])) if place >= 0 else None
        message = f"The target has {_listed(added)}, which the source has not: take it out."
        yield pair.doubt("markup", "critical", message, span, confidence=0.9)
    elif ours != theirs:
        yield from _moved(pair)


@check("verbatim")
def check_verbatim(pair: Pair) -> Iterator[Finding]:
    """Yield addresses, code, link targets and table bars that are not letter by letter (major)."""
    if not any(sign in pair.source for sign in ("@", "`", "/", "|", "](", "www.")):
        return
    ours, theirs = verbatim(pair.source), verbatim(pair.target)
    known = Counter(text for _, text in theirs)
    for kind, text in ours:
        known[text] -= 1
        # A part that stands elsewhere in the target has only changed its form: `a` became a.
        if known[text] < 0:
            left = " without its signs" if text.strip("`") in pair.target else ""
            problem = f"stands in the target{left}" if left else "is not in the target"
            message = f"The {kind} {text[:60]} of the source {problem}: it must stay as it is."
            yield pair.doubt("verbatim", "major", message, confidence=0.9)
            return
    yield from _links(pair)


@check("control-token")
def check_control_token(pair: Pair) -> Iterator[Finding]:
    """Yield signs that models use among themselves and the source does not have (major)."""
    for pattern in (_CONTROL, _language_tokens()):
        for match in pattern.finditer(pair.target):
            if match[0] not in pair.source:
                message = f"{match[0]} is a control token of the model, not text: take it out."
                yield pair.doubt("control-token", "major", message, match.span(), confidence=0.95)
                return


@check("emoji")
def check_emoji(pair: Pair) -> Iterator[Finding]:
    """Yield emoji of the source that the target has not (minor)."""
    if pair.source.isascii():
        return
    lost = Counter(_EMOJI.findall(pair.source)) - Counter(_EMOJI.findall(pair.target))
    if lost:
        message = f"The target lacks {_listed(list(lost.elements()))} of the source."
        yield pair.doubt("emoji", "minor", message, confidence=0.9)


def markup(text: str) -> tuple[str, ...]:
    """Return the tags and placeholders of a text, in order; addresses are not looked into.

    >>> markup("Press <b>{0}</b>, then %s.")
    ('<b>', '{0}', '</b>', '%s')
    """
    found = [(match.start(), _normal(match[0])) for match in _TAG.finditer(text)]
    rest = _blanked(_URL, _blanked(_TAG, text))
    for pattern in (*PLACEHOLDERS, ORDERED):
        found.extend((m.start(), m[0].replace(" ", "")) for m in pattern.finditer(rest))
    return tuple(mark for _, mark in sorted(found))


def verbatim(text: str) -> list[tuple[str, str]]:
    """Return (kind, text) of all that must stay letter by letter: addresses, code, link targets.

    >>> verbatim("Run `make` and see https://example.org/a.")
    [('code', '`make`'), ('address', 'https://example.org/a')]
    """
    found = [(kind, m[0]) for kind, pattern in _VERBATIM for m in pattern.finditer(text)]
    return [(kind, _ended(part) if kind == "address" else part) for kind, part in found]


def _has_marks(text: str) -> bool:
    return any(sign in text for sign in "<{%&[")


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with what the pattern finds as spaces, so that places stay."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _normal(tag: str) -> str:
    """Return a tag without what may differ: spaces before its end, and words for people."""
    tag = re.sub(r"\s+(?=/?>$)", "", tag)
    return _SPOKEN.sub(r"\1…", tag) if "=" in tag else tag


def _ended(address: str) -> str:
    """Return an address without the signs of the sentence around it."""
    bare = address.rstrip(".,;:!?'\"")
    while bare.endswith((")", "]")) and bare.count(")") + bare.count("]") > bare.count(
        "("
    ) + bare.count("["):
        bare = bare[:-1].rstrip(".,;:!?'\"")
    return bare


def _moved(pair: Pair) -> Iterator[Finding]:
    """Yield the doubt about marks that are all there, in another order."""
    if _well_formed(pair.source) and not _well_formed(pair.target):
        message = "A tag of the target closes before it opens or is never closed: mend the order."
        yield pair.doubt("markup", "critical", message, confidence=0.95)
    elif (ours := ORDERED.findall(pair.source)) != ORDERED.findall(pair.target):
        message = f"{_listed(ours)} changed places: a program fills them in order."
        yield pair.doubt("markup", "critical", message, confidence=0.9)
    else:
        message = "Tags or placeholders stand in another order than in the source: see if it fits."
        yield pair.doubt("markup", "minor", message, confidence=0.2)


def _well_formed(text: str) -> bool:
    """Tell whether every tag that opens is closed, in order; <br> and its like need no end."""
    stack: list[str] = []
    for match in _TAG.finditer(text):
        closing, name, single = match[1], match[2], match[3]
        if name is None or single or name.lower() in _VOID:
            continue
        if not closing:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack


def _links(pair: Pair) -> Iterator[Finding]:
    """Yield the doubt about a Markdown link or a table row that is one no more."""
    links = [len(_MARKDOWN_LINK.findall(text)) for text in (pair.source, pair.target)]
    if links[0] > links[1]:
        message = "A Markdown link of the source is none in the target: write [words](address)."
        yield pair.doubt("verbatim", "major", message, confidence=0.9)
    elif _is_row(pair.source) and pair.source.count("|") != pair.target.count("|"):
        bars = f"{pair.source.count('|')} bars and the target {pair.target.count('|')}"
        message = f"The source is a table row with {bars}: keep the cells."
        yield pair.doubt("verbatim", "major", message, confidence=0.95)


def _is_row(text: str) -> bool:
    row = text.strip()
    return row.count("|") > 1 and row.startswith("|") and row.endswith("|")


def _listed(marks: Sequence[str]) -> str:
    """Return up to three marks as a reader knows them."""
    names = ", ".join(mark[:40] for mark in marks[:3])
    return f"{names} and {len(marks) - 3} more" if len(marks) > 3 else names


@cache
def _language_tokens() -> re.Pattern[str]:
    """Return a pattern of the language codes of NLLB (eng_Latn) and mBART-50 (en_XX)."""
    codes = (code for row in LANGUAGES.values() for code in (row.flores, row.mbart) if code)
    return re.compile(rf"(?<![A-Za-z_])(?:{'|'.join(sorted(codes))})(?![A-Za-z_])")
