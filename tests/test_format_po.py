"""Gettext files: entries without a translation get one, marked fuzzy, and nothing else changes."""

import random
import re
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from translate.storage import pypo

from bitexts import blocks, expected, pseudo, remarks, written
from documents import MANY
from workbench.errors import InputError
from workbench.formats import Reading

HEADER = (
    '# A\nmsgid ""\nmsgstr ""\n"PO-Revision-Date: YEAR-MO-DA HO:MI+ZONE\\n"\n"Language: ko\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
# msgid as it stands in the file -> text, and the words of its literals and pairs.
TEXTS = {
    "a": ("a", []),
    '\\na \\"b\\"\\tc\\\\n\\n': ('a "b"\tc\\n', []),
    "Hello %s, %(n)d of {total:>5}": (
        "Hello %s, %(n)d of {total:>5}",
        ["%s", "%(n)d", "{total:>5}"],
    ),
    "%1$s at 100%": ("%1$s at 100%", ["%1$s"]),
    "100 % done, 5%": ("100 % done, 5%", []),
    "<b>a</b> <br> c": ("a  c", ["a", ""]),
    "<p>a</p>": ("a", []),
}
SIGNS = [*'abcAB あ é%{}"\\\n\t\r<>😀', "%s", "<b>", "</b>", "{0}"]
STRINGS = st.lists(st.sampled_from(SIGNS), max_size=12).map("".join).filter(str.strip)
COMMENTS = (
    st.lists(
        st.sampled_from(
            (
                "# note",
                "#. extracted",
                "#: a.c:1",
                "#, c-format",
                '#| msgid "old"',
                "#",
                "#, fuzzy, q",
            )
        ),
        max_size=3,
    )
    .map("".join)
    .map(lambda text: re.sub("(?<=.)#", "\n#", text))
)


def quoted(text: str, wrapped: bool) -> str:
    """Return a string as it stands in a file, cut in the middle where it is wrapped."""
    half = len(text) // 2 if wrapped else 0
    parts = [text[:half], text[half:]] if wrapped else [text]
    return "\n".join(f'"{polib.escape(part)}"' for part in parts)


@st.composite
def files(draw: st.DrawFn) -> str:
    parts = [HEADER]
    for number in range(draw(st.integers(0, 4))):
        comments, wrapped = draw(COMMENTS), draw(st.booleans())
        source, target = draw(STRINGS), draw(st.sampled_from(("", "", "Ja", "x\ny")))
        lines = [comments] if comments else []
        lines += [f'msgctxt "{number}"'] if draw(st.booleans()) else []
        lines.append(f"msgid {quoted(f'{number} {source}', wrapped)}")
        if draw(st.booleans()):
            lines.append(f"msgid_plural {quoted(source + ' b', wrapped)}")
            lines += [
                f"msgstr[{n}] {quoted(target, False)}" for n in range(draw(st.integers(1, 2)))
            ]
        else:
            lines.append(f"msgstr {quoted(target, wrapped)}")
        parts.append("\n".join(lines) + "\n\n")
        parts.append(draw(st.sampled_from(("", '#, fuzzy\n#~ msgid "x"\n#~ msgstr "y"\n\n', "\n"))))
    return "".join(parts)


def made(folder: Path, text: str, encoding: str = "utf-8", name: str = "a.po") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def entry(path: Path, **more) -> str:
    """Return what stands behind the header when the file was written."""
    return written(path, pseudo, **more).split("\n\n", 1)[1]


@pytest.mark.parametrize("source", TEXTS)
def test_codes_come_out_of_the_text(tmp_path: Path, source: str) -> None:
    text, codes = TEXTS[source]
    path = made(tmp_path, f'{HEADER}msgid "{source}"\nmsgstr ""\n')
    (block,) = blocks(path)
    assert (block.text, [text[c.start : c.end] for c in block.codes]) == (text, codes)
    assert polib.pofile(written(path))[0].msgstr == polib.unescape(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('msgid "a"\nmsgstr ""\n', '#, fuzzy\nmsgid "a"\nmsgstr "n"\n'),
        (
            '# c\nmsgctxt "b"\nmsgid "a"\nmsgstr ""',
            '# c\n#, fuzzy\nmsgctxt "b"\nmsgid "a"\nmsgstr "n"\n',
        ),
        (
            '#, c-format\nmsgid ""\n"a"\nmsgstr ""\n""\n',
            '#, fuzzy, c-format\nmsgid ""\n"a"\nmsgstr "n"\n',
        ),
        (
            '#, fuzzy\n#| msgid "c"\n#| "d"\nmsgid "a"\nmsgstr "x"\n',
            '#, fuzzy\nmsgid "a"\nmsgstr "n"\n',
        ),
        (
            'msgid "a\\nb\\n"\nmsgstr ""\n',
            '#, fuzzy\nmsgid "a\\nb\\n"\nmsgstr ""\n"n\\n"\n"o\\n"\n',
        ),
        ('msgid "a"\r\nmsgstr ""\r\n', '#, fuzzy\r\nmsgid "a"\r\nmsgstr "n"\r\n'),
        ('msgid "%d"\nmsgstr ""\n', None),
        ('msgid   "a"\n  msgstr "x"\n""\n\n\n# end', None),
        ('#, fuzzy\n#~ msgid "a"\n#~ msgstr ""\n', None),
    ],
)
def test_an_entry_without_a_translation_gets_one(tmp_path, before: str, after: str | None) -> None:
    assert entry(made(tmp_path, HEADER + before)) == (before if after is None else after)


@pytest.mark.parametrize("target", ["", "x"])
def test_a_message_with_forms_of_its_own_stays_and_is_told_of(tmp_path, target: str) -> None:
    text = f'msgid "{{n, plural, one {{a}} other {{b}}}}"\nmsgstr "{target}"\n'
    path = made(tmp_path, HEADER + text)
    assert entry(path) == text and [r.lost for r in remarks(path)] == [True] * (not target)


def test_a_flag_of_an_obsolete_entry_is_not_that_of_the_next(tmp_path: Path) -> None:
    text = '#, fuzzy\n#~ msgid "a"\n#~ msgstr "b"\n\nmsgid "a"\nmsgstr "x"\n'
    assert [block.kept for block in blocks(made(tmp_path, HEADER + text))] == ["x"]


def test_an_entry_that_failed_stays_without_a_translation(tmp_path: Path) -> None:
    text = 'msgid "a"\nmsgstr ""\n'
    assert entry(made(tmp_path, HEADER + text), failed=True) == text


ONE, SOME = "n svyr", "%d svyrs"
PLURAL = 'msgid "a file"\nmsgid_plural "%d files"\nmsgstr[0] ""\nmsgstr[1] ""\n'


@pytest.mark.parametrize(
    ("target", "forms"),
    [
        *((code, [SOME]) for code in ("ja", "ko", "zh", "vi", "th", "tr")),
        *((code, [ONE, SOME]) for code in ["en", "fr", "de", "es", "pt", "it", "nl", "hi", "id"]),
        *((code, [ONE, SOME, SOME]) for code in ("ru", "uk")),
        ("ar", [SOME, ONE, SOME, SOME, SOME, SOME]),
    ],
)
def test_there_are_as_many_plural_forms_as_the_language_has(tmp_path, target, forms) -> None:
    pot = HEADER.replace("ko", "").replace("nplurals=1; plural=0;", "nplurals=INTEGER; plural=N;")
    after = written(made(tmp_path, pot + PLURAL, name="a.pot"), pseudo, Reading(target=target))
    read = polib.pofile(after)
    assert list(read[0].msgstr_plural.values()) == forms and read[0].fuzzy
    assert read.metadata["Language"] == target
    assert read.metadata["Plural-Forms"].startswith(f"nplurals={len(forms)};")


def test_the_plural_forms_of_the_file_count(tmp_path: Path) -> None:
    header = HEADER.replace("nplurals=1; plural=0;", "nplurals=2; plural=n==1;")
    text = PLURAL.replace('[0] ""', '[0] "x"')
    after = entry(made(tmp_path, header + text))
    assert after.endswith('msgstr[0] "x"\nmsgstr[1] "n svyr"\n')


def test_translated_forms_are_kept_however_many_there_are(tmp_path: Path) -> None:
    text = PLURAL.replace('""', '"x"')
    path = made(tmp_path, HEADER + text)
    assert entry(path) == text and {block.kept for block in blocks(path)} == {"x"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Language: \\n"', '"Language: ko\\n"'),
        ('"Language: ko_KR\\n"', '"Language: ko_KR\\n"'),
        ('"A: b\\nLanguage: fr\\nC: d\\n"', '"A: b\\nLanguage: ko\\nC: d\\n"'),
        ('"A: b\\n"', '"A: b\\n"'),
    ],
)
def test_the_header_says_the_language(tmp_path: Path, before: str, after: str) -> None:
    header = HEADER.replace('"Language: ko\\n"', before)
    told = written(made(tmp_path, header)).replace('0;\\n"\n"Language: ko\\n"', '0;\\n"')
    assert told == HEADER.replace('"Language: ko\\n"', after)
    assert polib.pofile(written(made(tmp_path, header))).metadata["Language"][:2] == "ko"


def test_a_field_over_several_lines_is_replaced_whole(tmp_path: Path) -> None:
    wide = 'Plural-Forms: nplurals=INTEGER; "\n"plural=\\"EXPR\\";\\n"'
    header = HEADER.replace('Plural-Forms: nplurals=1; plural=0;\\n"', wide)
    assert written(made(tmp_path, header)) == HEADER


def test_translations_into_another_language_are_not_mixed(tmp_path: Path) -> None:
    path = made(tmp_path, HEADER + 'msgid "a"\nmsgstr "x"\n')
    with pytest.raises(InputError, match=r"a\.po: it has translations into Korean \(ko\)"):
        blocks(path, Reading(target="fr"))


def test_the_source_language_is_that_of_the_header(tmp_path: Path) -> None:
    header = HEADER.replace('"Language', '"X-Source-Language: ja_JP\\n"\n"Language')
    path = made(tmp_path, header + 'msgid "a"\nmsgstr ""\n')
    assert blocks(path)[0].language == "ja"
    with pytest.raises(InputError, match=r"source language is Japanese"):
        blocks(path, Reading("en", "ko"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "a\nmsgstr ""\n', 9),
        ('msgid "a"b"\nmsgstr ""\n', 9),
        ('msgid "a"\n\nmsgid "b"\nmsgstr ""\n', 11),
        ('msgid "a"\n', 9),
        ('msgid "a"\nmsgstr ""\nhello\n', 11),
        ('msgstr "a"\n', 9),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(InputError, match=rf"a\.po: line {line} "):
        blocks(made(tmp_path, HEADER + text))


@pytest.mark.parametrize(
    "forms", ["nplurals=2; plural=n/0;", "nplurals=99; plural=n;", "nplurals=2; plural=((;"]
)
def test_plural_forms_that_make_no_sense_are_replaced(tmp_path: Path, forms: str) -> None:
    header = HEADER.replace("nplurals=1; plural=0;", forms)
    assert written(made(tmp_path, header)) == HEADER


@pytest.mark.parametrize("encoding", ["euc-kr", "cp949", "shift_jis", "iso-8859-1"])
def test_the_charset_of_the_header_is_read_and_utf_8_written(tmp_path: Path, encoding: str) -> None:
    word = {"s": "寒い", "i": "né"}.get(encoding[0], "가나")
    text = HEADER + f'msgid "{word}"\nmsgstr ""\n'
    path = made(tmp_path, text.replace("UTF-8", encoding), encoding)
    assert written(path) == HEADER + f'#, fuzzy\nmsgid "{word}"\nmsgstr "{word}"\n'


def test_a_file_without_a_header_is_translated_and_told_of(tmp_path: Path) -> None:
    path = made(tmp_path, 'msgid "a"\nmsgstr ""\n')
    assert written(path, pseudo) == '#, fuzzy\nmsgid "a"\nmsgstr "n"\n'
    assert ["no header" in remark.message for remark in remarks(path)] == [True]


@MANY
@given(text=files())
def test_any_file_keeps_all_but_its_translations(tmp_path: Path, text: str) -> None:
    for change in (str, pseudo):
        path = made(tmp_path, text)
        after = written(path, change)
        assert skeleton(after) == skeleton(text)
        words = [expected(block, change) for block in blocks(path)]
        there = read_back(after)
        assert len(there) == len(words)
        assert all(
            word in target.replace("<b>", "").replace("</b>", "")
            for word, target in zip(words, there, strict=True)
        )


def skeleton(text: str) -> list[str]:
    """Return the lines that no translation may change."""
    told = re.sub(r'(?m)^msgstr(\[\d\])? ".*\n(?:".*\n)*', "", text.split("\n\n", 1)[1])
    told = re.sub(r"(?m)^#, fuzzy(, |\n)|^#\|.*\n|^#, (?=fuzzy)", "", told)
    return [line.removeprefix("#, ").removeprefix("q") for line in told.split("\n") if line]


def read_back(text: str) -> list[str]:
    """Return the translations of what has words, as another reader finds them."""
    found = []
    for unit in pypo.pofile.parsestring(text.encode()).units:
        if (
            not unit.isheader()
            and not unit.isobsolete()
            and any(c.isalnum() for c in str(unit.source))
        ):
            found.append(str(unit.target))
    return found


def test_five_thousand_strings_of_any_characters_are_written(tmp_path: Path) -> None:
    choice = random.Random(0)
    texts = [
        "a" + "".join(chr(choice.randrange(0x20, 0x2FFF)) for _ in range(9)) for _ in range(5000)
    ]
    body = "".join(
        f'msgctxt "{n}"\nmsgid "{polib.escape(t)}"\nmsgstr ""\n\n' for n, t in enumerate(texts)
    )
    path = made(tmp_path, HEADER + body)
    path.write_text(written(path), encoding="utf-8", newline="")
    strings = re.findall(r'(?m)^msgstr (".*")$', path.read_text("utf-8").split("\n\n", 1)[1])
    assert [polib.unescape(s[1:-1]) for s in strings] == texts


def test_other_readers_find_the_same_entries_and_states(tmp_path: Path) -> None:
    text = HEADER + 'msgid "a b"\nmsgstr ""\n\nmsgid "c"\nmsgstr "x"\n'
    after = written(made(tmp_path, text), pseudo)
    wanted = [("a b", "n o", True), ("c", "x", False)]
    assert [(e.msgid, e.msgstr, e.fuzzy) for e in polib.pofile(after)] == wanted
    units = pypo.pofile.parsestring(after.encode()).units[1:]
    assert [(u.source, u.target, u.isfuzzy()) for u in units] == wanted
