"""What tables and records have in common: which values hold words, and what is safe to write."""

import re

# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Addresses, paths, hashes and numbers of articles: one word with signs or digits in it.
_CODE = re.compile(
    r"[\w.:/\\@#%&?=+~$()\[\]{},;|*^<>!-]*[\d_/\\@#=|{}<>][\w.:/\\@#%&?=+~$-]*", re.A
)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)\S+", re.IGNORECASE)
# "= 5 apples" is none: a spreadsheet runs what calls a function, or names a cell or a value.
_RUN = re.compile(r"=[-+\s]*(?:[a-z_][\w.]*\(|\$?[a-z]{1,3}\$?\d|[\d\"'({]).*", re.I | re.A | re.S)
_FLAGS = frozenset({"true", "false", "null", "none", "nan", "yes", "no", "n/a", "na"})


def worded(text: str) -> bool:
    """Return whether a value is words that a person would translate.

    Numbers, dates in digits, formulas, addresses, codes such as AB-12 and flags such as true are
    not.

    >>> [worded(text) for text in ("Red wine", "赤", "AB-12", "3.5", "https://a.b/c", "true")]
    [True, True, False, False, False, False]
    >>> [worded(text) for text in ('=IF(A1, "高い", "")', "=B2 & C2", "= 合計")]
    [False, False, True]
    """
    bare = text.strip()
    if not any(map(str.isalpha, bare)) or bare.lower() in _FLAGS:
        return False
    return not any(kind.fullmatch(bare) for kind in (_ADDRESS, _CODE, _RUN))


def defused(source: str, target: str) -> str:
    """Return a translated cell that no spreadsheet runs, led by an apostrophe if need be.

    A cell whose source begins with the same sign (a list's dash) was no danger before either.

    >>> defused("合計", "=1+1"), defused("- 項目", "- item")
    ("'=1+1", '- item')
    """
    if target.startswith(FORMULA) and not source.startswith(target[0]):
        return f"'{target}"
    return target


def inner(text: str) -> tuple[int, int]:
    """Return where the words of a value begin and end, the white space around them left out."""
    bare = text.strip()
    start = text.index(bare) if bare else 0
    return start, start + len(bare)


def letters(number: int) -> str:
    """Return the letters of a column that has a number from 1, as spreadsheets have them.

    >>> letters(1), letters(28)
    ('A', 'AB')
    """
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found
