"""What a program fills in or reads in a message: placeholders and tags, as codes of a block."""

import re

from workbench.checks.markup import ORDERED, PLACEHOLDERS
from workbench.formats import Code

_TAG = re.compile(r"</?[A-Za-z][\w:.-]{0,40}(?:\s[^<>]{0,500})?/?>")


def find_codes(text: str) -> tuple[Code, ...]:
    """Return the placeholders and tags of a text as literal codes, in order.

    >>> [text for text in ("%d of {name}",) for _ in find_codes(text)]
    ['%d of {name}', '%d of {name}']
    """
    codes: list[Code] = []
    found = {m.span() for pattern in (*PLACEHOLDERS, ORDERED, _TAG) for m in pattern.finditer(text)}
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not codes or start >= codes[-1].end:
            codes.append(Code(start, end, "literal", text[start:end][:20]))
    return tuple(codes)
