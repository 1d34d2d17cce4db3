"""The inline markup of Markdown, taken apart with the place of each piece in the text.

markdown-it says what there is and in which order; where it stands is found by following it along
the text, since its tokens of running text have no places.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import reference as _reference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import image as _image
from markdown_it.rules_inline import link as _link
from markdown_it.token import Token

from workbench.formats.flow import Item, Kind
from workbench.formats.markup import tokens as html_tokens

_NESTING = 40  # lists, links and the like within each other: what each sign may cost
_TASK = re.compile(r"\[[ xX]\](?=[ \t])")
_NOTE = re.compile(r"\[\^[^\]\s]{1,100}\](?::(?=\s|$))?+")
_VARIABLE = re.compile(r"\{\{[^{}\n]{1,200}\}\}|\{%[^%\n]{1,200}%\}")
_URL = re.compile(r"https?://[\w\-.~:/?#@!$&+,;=%]*[\w\-~/#=%]", re.ASCII)
_BREAK = re.compile(r"(?:\\|[ \t]*)\n[ \t]*")
_FENCE = re.compile(r"`+")
_ANGLE = re.compile(r"<[^<>]*>")
TAGS = {"strong": "bold", "em": "italic", "del": "struck out"}  # the tags that marks stand for
NAMED = ("]", "][]")  # ends of links that are found by their words
_OPENERS = {"strong_open": "bold", "em_open": "italic", "s_open": "struck out"}
_CLOSERS = {"strong_close": "bold", "em_close": "italic", "s_close": "struck out"}


class NotFollowed(Exception):
    """Say that a text is not as its tokens say; the text is left as it is."""


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """Return the parser: CommonMark with tables, struck out text, footnotes, tasks, variables."""
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": _NESTING})
    md.enable(["table", "strikethrough"])
    # Running text is taken apart when its turn comes: all of it at once would fill the memory.
    md.core.ruler.disable(["inline", "text_join"])
    md.inline.ruler2.disable("fragments_join")
    md.inline.ruler.before("link", "kept", _kept)
    md.inline.ruler.at("link", _noted(_link))
    md.inline.ruler.at("image", _noted(_image))
    md.block.ruler.at("reference", _no_footnote, {"alt": []})
    return md


def children_of(token: Token, env: dict[str, Any]) -> list[Token]:
    """Return the tokens of the running text of a token; env holds the definitions of links."""
    children: list[Token] = []
    parser().inline.parse(token.content, parser(), env, children)
    return children


def follow(text: str, children: Sequence[Token]) -> Iterator[Item]:
    """Yield the pieces of running text, which together are the text.

    Raises NotFollowed: they are not.
    """
    at, skipped = 0, ""
    ends: list[int] = []
    for token in children:
        if skipped:
            skipped = "" if token.type == skipped else skipped
            continue
        if token.type == "link_open" and token.markup == "autolink":
            skipped = "link_close"
        for item in _items(text, at, token, ends):
            if item.start != at:
                raise NotFollowed(text[at : at + 20])
            yield item
            at = item.end
    if at != len(text):
        raise NotFollowed(text[at : at + 20])


def _items(text: str, at: int, token: Token, ends: list[int]) -> Iterator[Item]:
    kind = token.type
    if kind in ("text", "text_special"):
        raw = token.content if kind == "text" else token.markup
        if raw:
            yield Item("text", _same(text, at, raw), at + len(raw), token.content)
    elif kind in _OPENERS:
        yield _tag("open", text, at, token.markup, _OPENERS[kind])
    elif kind in _CLOSERS:
        yield _tag("close", text, at, token.markup, _CLOSERS[kind])
    elif kind == "code_inline":
        yield Item("literal", at, _code_end(text, at, token.markup), token.content, "code")
    elif kind in ("softbreak", "hardbreak"):
        match = _matched(_BREAK, text, at)
        name = "line break" if kind == "hardbreak" else ""
        yield Item("break" if name else "text", at, match.end(), "\n", name)
    else:
        yield _special(text, at, token, ends)


def _special(text: str, at: int, token: Token, ends: list[int]) -> Item:
    kind = token.type
    if kind == "html_inline":
        return _html(text, at, token.content)
    if kind == "link_open" and token.markup == "autolink":
        match = _matched(_ANGLE, text, at)
        return Item("literal", at, match.end(), match[0][1:-1], "link")
    if kind == "link_open":
        ends.append(token.meta["span"][1])
        return _tag("open", text, at, "[", "link")
    if kind == "link_close":
        end = ends.pop()
        return Item("close", at, end, "", "link", tied=text[at:end] in NAMED)
    if kind == "image":
        return Item("point", at, token.meta["span"][1], "", "picture")
    if kind == "kept":
        name = "variable" if token.content.startswith("{") else "mark"
        words = token.content if name == "variable" else ""
        sort: Kind = "literal" if words else "point"
        return Item(sort, _same(text, at, token.content), at + len(token.content), words, name)
    raise NotFollowed(kind)


def with_addresses(text: str, items: Sequence[Item]) -> list[Item]:
    """Return the items with addresses (https://…) that are in the text as literals."""
    spans = deque(match.span() for match in _URL.finditer(text))
    out: list[Item] = []
    for item in items:
        while spans and spans[0][1] <= item.start:
            spans.popleft()
        if item.kind != "text" or not spans or spans[0][0] >= item.end or _is_changed(text, item):
            out.append(item)
            continue
        at = item.start
        while spans and spans[0][1] <= item.end and spans[0][0] >= at:
            start, end = spans.popleft()
            out += [Item("text", at, start, text[at:start])] if at < start else []
            out.append(Item("literal", start, end, text[start:end], "address"))
            at = end
        out += [Item("text", at, item.end, text[at : item.end])] if at < item.end else []
    return out


def joined(items: Sequence[Item]) -> list[Item]:
    """Return the items with the texts in a row made one where they say what is written."""
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        if last and last.kind == item.kind == "text":
            out[-1] = Item("text", last.start, item.end, last.text + item.text)
        else:
            out.append(item)
    return out


def _is_changed(text: str, item: Item) -> bool:
    return text[item.start : item.end] != item.text


def _same(text: str, at: int, raw: str) -> int:
    if not text.startswith(raw, at):
        raise NotFollowed(text[at : at + 20])
    return at


def _matched(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    match = pattern.match(text, at)
    if match is None:
        raise NotFollowed(text[at : at + 20])
    return match


def _tag(kind: Kind, text: str, at: int, raw: str, name: str) -> Item:
    return Item(kind, _same(text, at, raw), at + len(raw), "", name)


def _code_end(text: str, at: int, fence: str) -> int:
    for match in _FENCE.finditer(text, at + len(fence)):
        if len(match[0]) == len(fence):
            return match.end()
    raise NotFollowed(text[at : at + 20])


def _html(text: str, at: int, raw: str) -> Item:
    _same(text, at, raw)
    tag = next(html_tokens(raw))
    if tag.name == "br" and tag.kind == "open":
        return Item("break", at, at + len(raw), "\n", "line break")
    kind: Kind = tag.kind if tag.kind in ("open", "close") else "point"
    return Item(kind, at, at + len(raw), "", TAGS.get(tag.name, f"<{tag.name}>"))


def _kept(state: StateInline, silent: bool) -> bool:
    """Take the mark of a footnote, the box of a task or a variable as one piece."""
    # Where the end of a link is looked for, a bracket that is more than one would be a link.
    match = None if silent else _NOTE.match(state.src, state.pos, state.posMax)
    match = match or _VARIABLE.match(state.src, state.pos, state.posMax)
    if not match and state.pos == 0 and not silent:
        match = _TASK.match(state.src)
    if not match:
        return False
    if not silent:
        state.push("kept", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _noted(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """Return the rule of a link or a picture, made to say from where to where it goes."""

    def noted(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            made = (t for t in state.tokens[count:] if t.type in ("link_open", "image"))
            next(made).meta["span"] = (start, state.pos)
        return found

    return noted


def _no_footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a definition of a link; `[^1]: Word` is a footnote and none."""
    at = state.bMarks[start] + state.tShift[start]
    return not state.src.startswith("[^", at) and _reference(state, start, end, silent)


def plain(token: Token) -> str:
    """Return the words of a picture's description."""
    shown: dict[str, Any] = {"softbreak": " ", "hardbreak": " "}
    parts = (shown.get(child.type, child.content) for child in token.children or [])
    return "".join(parts)
