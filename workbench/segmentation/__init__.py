"""Cut a text into segments that can be put together again to the very text.

Rules for what opens a line are in openers.py, for sentence ends in sentences.py, for quotations
in brackets.py. This module reads lines, tells headings from prose and counts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.languages import get_language
from workbench.segmentation.openers import HEADING_MARKERS, asks, label_end, marker_end
from workbench.segmentation.sentences import cut_sentences, ends_sentence
from workbench.types import Document, Kind, Segment

__all__ = ["split", "stream"]

_PIECE = 65536  # characters: a document of a stream, and the longest line held in memory
_WRAPPED = 50  # characters: a shorter line was ended by its writer, not by a line length
_BREAK = re.compile(r"[\n\r\u2029]")
_SPACE = re.compile(r"[\s\ufeff]*")
_CLOSING = re.compile(r"[\"'」』｣）)］\]】〕〉》”’»›]*")
_POLITE = re.compile(r"(?:です|ます|でした|ました|ません|니다|[요죠까])$")
_OPENING_QUOTE = ("「", "『", "“", '"', "‘", "«", "„", "(", "（")

_Part = tuple[str, str, Kind]  # text, gap behind it, kind


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text and the white space behind it, up to the next character that is none.

    continued: the rest of a line that was too long; breaks: line breaks within gap (\\r\\n is 1).
    """

    text: str
    gap: str
    continued: bool = False

    @property
    def breaks(self) -> int:
        return len(re.findall(r"\r\n|[\n\r\u2029]", self.gap))


def split(text: str, language: str, name: str = "text") -> Document:
    r"""Return the text as segments; `"".join(s.text + s.gap for s in segments)` is the text.

    Every \n, \r\n, \r and U+2029 ends a paragraph, except where a line of a language with capital
    letters was wrapped: 50 characters or more, no sentence end, a small letter next. U+2028,
    U+0085, VT and FF are white space. A line of more than 65,536 characters is cut at a stop, a
    sentence of more than 4,096 at white space.

    >>> [s.text for s in split("寒かった。逃げた。", "ja").segments]
    ['寒かった。', '逃げた。']

    Raises UnknownNameError: the language is not one of ours.
    """
    code = get_language(language).code
    paragraphs = _paragraphs(_lines([text]), code)
    return Document(code, tuple(s for segments in paragraphs for s in segments), name)


def stream(chunks: Iterable[str], language: str, name: str = "text") -> Iterator[Document]:
    """Yield documents of whole paragraphs, about 65,536 characters each.

    The segments of all of them are those that `split` finds in the joined chunks: ids, offsets
    and paragraphs count on. Memory holds one chunk, two documents and one run of white space.
    Raises UnknownNameError: the language is not one of ours.
    """
    code = get_language(language).code
    held: list[Segment] = []
    for segments in _paragraphs(_lines(chunks), code):
        held += segments
        last = held[-1]
        if last.start + len(last.text) + len(last.gap) - held[0].start >= _PIECE:
            yield Document(code, tuple(held), name)
            held = []
    if held:
        yield Document(code, tuple(held), name)


def _lines(chunks: Iterable[str]) -> Iterator[_Line]:
    """Yield the lines of the joined chunks; where the chunks were cut makes no difference."""
    buffer, continued, begun = "", False, False
    for more, last in _blocks(chunks):
        buffer += more
        at = 0
        if not begun:
            at = _end_of_space(buffer, 0)
            if at == len(buffer) and not last:
                continue
            begun = True
            if at:
                yield _Line("", buffer[:at])
        while at < len(buffer):
            body, end = _body(buffer, at)
            if end == len(buffer) and not last:
                break
            text = buffer[at:body].rstrip("\ufeff").rstrip()
            line = _Line(text, buffer[at + len(text) : end], continued)
            yield line
            continued = not line.breaks
            at = end
        buffer = buffer[at:]


def _blocks(chunks: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield (text, is it the last), in blocks large enough to hold the longest line."""
    held: list[str] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size > 2 * _PIECE:
            yield "".join(held), False
            held, size = [], 0
    yield "".join(held), True


def _body(buffer: str, at: int) -> tuple[int, int]:
    """Return where the line at `at` ends and where the next one begins.

    Both are the end of the buffer if more of it is needed.
    """
    match = _BREAK.search(buffer, at, at + _PIECE)
    if match:
        return match.start(), _end_of_space(buffer, match.start())
    if len(buffer) - at <= _PIECE:
        return len(buffer), len(buffer)
    body = at + _cut(buffer[at : at + _PIECE])
    closed = _CLOSING.match(buffer, body, at + _PIECE)
    body = closed.end() if closed else body
    return body, _end_of_space(buffer, body)


def _cut(line: str) -> int:
    """Return where a line that is too long is cut: at a stop, at a space, or at its end."""
    for sign in ("。", "．", "？", "! ", "? ", ". ", "؟", "।", " ", "\u3000"):
        at = line.rfind(sign)
        if at >= _PIECE // 2:
            return at + 1
    return len(line)


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _paragraphs(lines: Iterable[_Line], language: str) -> Iterator[list[Segment]]:
    """Yield the segments of one paragraph, or of one part of a long one, at a time."""
    number, offset, paragraph, asked = 0, 0, -1, False
    before: _Line | None = None
    for line, following in _with_next(_unwrap(lines, language)):
        paragraph += not (line.continued or (before is not None and not before.text))
        parts = _parts(line, before, following, language, asked)
        segments = []
        for text, gap, kind in parts:
            number += 1
            segments.append(Segment(f"s{number}", text, gap, kind, offset, paragraph))
            offset += len(text) + len(gap)
            asked = asked or (kind == "label" and asks(text))
        before = line
        yield segments


def _with_next(lines: Iterable[_Line]) -> Iterator[tuple[_Line, _Line | None]]:
    current: _Line | None = None
    for line in lines:
        if current is not None:
            yield current, line
        current = line
    if current is not None:
        yield current, None


def _unwrap(lines: Iterable[_Line], language: str) -> Iterator[_Line]:
    """Join the lines of a paragraph that was wrapped at a line length."""
    held: _Line | None = None
    last = ""
    for line in lines:
        if held is not None and _is_wrapped(held, last, line, language):
            held = _Line(held.text + held.gap + line.text, line.gap, held.continued)
        else:
            if held is not None:
                yield held
            held = line
        last = line.text
    if held is not None:
        yield held


def _is_wrapped(held: _Line, last: str, following: _Line, language: str) -> bool:
    return (
        language not in ("ja", "ko", "zh")
        and len(last) >= _WRAPPED
        and held.breaks == 1
        and len(held.text) < _PIECE
        and following.text[:1].islower()
        and not ends_sentence(last)
        and last[-1] not in ":："
        and marker_end(following.text, 0) == 0
    )


def _parts(
    line: _Line, before: _Line | None, following: _Line | None, language: str, asked: bool
) -> list[_Part]:
    if not line.text:
        return [("", line.gap, "blank")]
    if line.continued:
        return _with_gap(_prose(line.text, language), line.gap)
    first = before is None or not before.text
    head, at = _openers(line.text, language, first, asked)
    rest = line.text[at:]
    if not rest:
        return _with_gap(head, line.gap)
    if _is_heading(line, head, before, following, language):
        return _with_gap([*head, (rest, "", "heading")], line.gap)
    return _with_gap(head + _prose(rest, language), line.gap)


def _openers(line: str, language: str, first: bool, asked: bool) -> tuple[list[_Part], int]:
    """Return the markers and the label that open the line, and the offset behind them."""
    parts: list[_Part] = []
    at = 0
    for _ in range(3):
        end = marker_end(line, at)
        if end == at or at == len(line):
            break
        after = _end_of_space(line, end)
        parts.append((line[at:end], line[end:after], "marker"))
        at = after
    end = label_end(line, at, language, first=first and not parts, asked=asked)
    if end > at:
        after = _end_of_space(line, end)
        parts.append((line[at:end], line[end:after], "label"))
        at = after
    return parts, at


def _prose(text: str, language: str) -> list[_Part]:
    return [
        (body, gap, "sentence" if any(c.isalnum() for c in body) else "marker")
        for body, gap in cut_sentences(text, language)
    ]


def _with_gap(parts: list[_Part], gap: str) -> list[_Part]:
    text, inner, kind = parts[-1]
    return [*parts[:-1], (text, inner + gap, kind)]


def _is_heading(
    line: _Line, head: list[_Part], before: _Line | None, following: _Line | None, language: str
) -> bool:
    signs = [text for text, _, _ in head]
    rest = line.text
    if not any(c.isalnum() for c in rest[len("".join(signs)) :]):
        return False
    if signs and signs[0].startswith("#"):
        return True
    if head:
        shaped = len(head) == 1 and signs[0] in HEADING_MARKERS
        return shaped and _is_short(rest, language) and not ends_sentence(rest)
    if not _is_short(rest, language):
        return False
    if rest.startswith("【") and not ends_sentence(rest):
        return True
    if (
        following is None
        or ends_sentence(rest)
        or rest[-1] in ",:;：、，；"
        or _POLITE.search(rest)
    ):
        return False
    if len(list(cut_sentences(rest, language))) > 1:
        return False
    if rest[-1] == "다" and not ends_sentence(following.text):  # prose without full stops
        return False
    return before is None or not before.text or _stands_alone(line, before, following)


def _stands_alone(line: _Line, before: _Line, following: _Line) -> bool:
    """Say whether a line between prose is a subheading: a blank line before it, prose behind."""
    return (
        before.breaks > 1
        and ends_sentence(following.text)
        and not line.text.startswith(_OPENING_QUOTE)
    )


def _is_short(line: str, language: str) -> bool:
    """Say whether a line is no longer than a headline: 60 characters, or 15 words."""
    if language in ("ja", "ko", "zh", "th"):
        return len(line) <= 60
    return len(line) <= 160 and len(line.split()) <= 15
