"""Tokens of HTML with their places in the text: damaged or not, every character is in one token.

Time is linear and nothing is nested, so that 50,000 open elements cost what their characters do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_WHITE = r"[ \t\r\n\f]"
_VALUE = r"\"[^\"]*+\"|'[^']*+'|[^ \t\r\n\f>\"'][^ \t\r\n\f>]*+"
_ATTRIBUTE = rf"([^ \t\r\n\f/>][^ \t\r\n\f/>=]*+)(?:{_WHITE}*+=(?:{_WHITE}*+({_VALUE}))?+)?+"
_NO_GROUPS = _ATTRIBUTE.replace("([", "(?:[").replace(f"({_VALUE})", f"(?:{_VALUE})")
_TAG = re.compile(rf"<(/?)([A-Za-z][^ \t\r\n\f/>]*+)(?:[ \t\r\n\f/]++|{_NO_GROUPS})*+>")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_RAW = ("script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title")
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[ \t\r\n\f/>])", re.IGNORECASE) for name in _RAW}
_FAILED = 100  # tags that never end: after so many, no more are looked for


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute and where its value is, without quotes; quote is "" where there are none."""

    name: str
    value: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of HTML: its characters start to end.

    "raw" is what is within script, style, title and the like, where tags are no tags; "other" is
    a comment, a doctype or an instruction. alone: the tag ends with a slash.
    """

    kind: Literal["text", "open", "close", "raw", "other"]
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    alone: bool = False

    def get(self, name: str) -> str:
        """Return the value of an attribute as it stands, or ""."""
        return next((a.value for a in self.attributes if a.name == name), "")


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text; together they are the text."""
    at = begun = failed = 0
    while (sign := text.find("<", at)) >= 0:
        token = _token(text, sign) if failed < _FAILED else None
        if token is None:
            failed += text[sign + 1 : sign + 2].isalpha()
            at = sign + 1
            continue
        if begun < sign:
            yield Token("text", begun, sign)
        yield token
        at = begun = token.end
        if token.kind == "open" and token.name in _RAW_ENDS and not token.alone:
            match = _RAW_ENDS[token.name].search(text, at)
            at = begun = match.start() if match else len(text)
            if token.end < at:
                yield Token("raw", token.end, at, token.name)
    if begun < len(text):
        yield Token("text", begun, len(text))


def _token(text: str, at: int) -> Token | None:
    match = _TAG.match(text, at)
    if match:
        kind: Literal["open", "close"] = "close" if match[1] else "open"
        start, end = match.span()
        alone = text[end - 2] == "/"
        return Token(kind, start, end, match[2].lower(), _attributes(text, match), alone)
    if text.startswith("<!--", at):
        return Token("other", at, _behind(text, "-->", at + 2))
    if text.startswith("<![CDATA[", at):
        return Token("other", at, _behind(text, "]]>", at))
    if text[at + 1 : at + 2] in ("!", "?") or (
        text[at + 1 : at + 2] == "/" and not text[at + 2 : at + 3].isalpha()
    ):
        return Token("other", at, _behind(text, ">", at))
    return None


def _behind(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _attributes(text: str, tag: re.Match[str]) -> tuple[Attribute, ...]:
    if tag[1]:
        return ()
    found = []
    for match in _ATTRIBUTES.finditer(text, tag.end(2), tag.end() - 1):
        start, end = match.span(2)
        quote = text[start] if start >= 0 and text[start] in "\"'" and end - start > 1 else ""
        start, end = (start + len(quote), end - len(quote)) if start >= 0 else (match.end(),) * 2
        found.append(Attribute(match[1].lower(), text[start:end], start, end, quote))
    return tuple(found)
