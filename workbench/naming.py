"""Names of files: as a screen may show them, and as every file system can have them."""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LONGEST = 255  # bytes of a name on common file systems
# What Windows allows in no name, and what would make one a path of its own.
_FORBIDDEN = frozenset('<>:"/\\|?*')
# Joiners of emoji and of scripts: they are part of words, and harmless.
_JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)


def shown(text: str) -> str:
    """Return a name or message on one line, without signs that steer a terminal or turn text.

    >>> shown("報告\u3000書\u202etxt.exe")
    '報告\u3000書�txt.exe'
    """
    return "".join(c if _harmless(c) else REPLACEMENT for c in text)


def portable(name: str) -> str:
    """Return a name of a file or folder that every file system takes, in Unicode's form C.

    Different names may become one. It is not shortened; see `fitted`.

    >>> portable("-rf con|x\\n.txt"), portable("NUL.txt"), portable("..")
    ('_-rf con_x_.txt', '_NUL.txt', '_._')
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if c in _FORBIDDEN or not _harmless(c) else c for c in name)
    if name != name.rstrip(". "):
        # Windows drops them, and another file could be meant then.
        name = name[:-1] + "_"
    if not name or name[0] in "-.~ " or _DEVICE.match(name):
        name = "_" + name
    return name


def fitted(stem: str, tail: str) -> str:
    """Return stem + tail, with a stem so short that both have at most 255 bytes of UTF-8."""
    room = _LONGEST - len(tail.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + tail


def same(path: str) -> str:
    """Return what two paths have in common that are one where case and form do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _harmless(c: str) -> bool:
    # U+3000 separates words of Japanese names; other blanks cannot be told from each other.
    return c.isprintable() or c in _JOINERS or c == "\N{IDEOGRAPHIC SPACE}"
