"""Messages of programs as a document format; polib and the Translate Toolkit look over it."""

import io
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from translate.storage import pypo

from workbench.errors import InputError
from workbench.formats import FORMATS, Block, Reading, Remark, Rendering

PO = FORMATS["po"]
KO = Reading(target="ko")
MANY = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
WORDS = st.text(st.sampled_from('ab Cé赤"\\\n\t%s{}'), min_size=1, max_size=15).map("x".__add__)
SAID = st.one_of(st.just(""), WORDS)
ENTRIES = st.lists(
    st.tuples(WORDS, SAID, st.sampled_from(["", "fuzzy", "python-format"]), st.booleans()),
    unique_by=lambda one: one[0],
    max_size=6,
)
HEADER = 'msgid ""\nmsgstr ""\n"Language: ko\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def put(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "a.po"
    path.write_bytes(content.encode("utf-8"))
    return path


def made_of(entries: list[tuple[str, str, str, bool]]) -> str:
    file = polib.POFile(wrapwidth=30)
    file.metadata = {"Language": "ko", "Content-Type": "text/plain; charset=UTF-8"}
    for msgid, msgstr, flag, gone in entries:
        flags = [flag] if flag else []
        file.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=flags, obsolete=gone))
    return str(file)


def blocks(path: Path, reading: Reading = KO) -> list[Block]:
    return [event for event in PO.read(path, reading) if isinstance(event, Block)]


def written(path: Path, renderings: list[Rendering], reading: Reading = KO) -> str:
    out = io.BytesIO()
    PO.write(path, out, iter(renderings), reading)
    return out.getvalue().decode("utf-8")


def again(block: Block, text: str = "") -> Rendering:
    return Rendering(text or block.text, () if text else block.codes)


@MANY
@given(entries=ENTRIES)
def test_only_what_lacks_a_translation_gets_one(
    tmp_path: Path, entries: list[tuple[str, str, str, bool]]
) -> None:
    path = put(tmp_path, made_of(entries))
    found = blocks(path)
    after = polib.pofile(written(path, [again(b, f"한{n}") for n, b in enumerate(found)]))
    before = polib.pofile(path.read_text("utf-8"))
    for one, two in zip(before, after, strict=True):
        new = not one.obsolete and (not one.msgstr or one.fuzzy)
        assert (one.msgid, one.obsolete) == (two.msgid, two.obsolete)
        assert ("한" in two.msgstr) == new and (two.fuzzy or not new)
        assert new or two.msgstr == one.msgstr


@MANY
@given(entries=ENTRIES)
def test_the_same_words_come_back_with_their_placeholders(
    tmp_path: Path, entries: list[tuple[str, str, str, bool]]
) -> None:
    path = put(tmp_path, made_of(entries))
    content = written(path, [again(block) for block in blocks(path)])
    after = polib.pofile(content)
    assert all(e.msgstr == e.msgid for e in after if not e.obsolete and e.fuzzy)
    units = [u for u in pypo.pofile(io.BytesIO(content.encode())).units if not u.isheader()]
    assert [str(u.source) for u in units] == [e.msgid for e in after]


def test_what_is_kept_keeps_its_bytes(tmp_path: Path) -> None:
    kept = '# a note\n#: a.c:3\n#, c-format\nmsgid   "Open"\nmsgstr ""\n"열"\n"기"\n\n'
    kept += '#~ msgid "old"\n#~ msgstr "옛"\n'
    path = put(tmp_path, HEADER + kept)
    assert [b.kept for b in blocks(path)] == ["열기"]
    assert written(path, [again(b) for b in blocks(path)]) == HEADER + kept


def test_a_machine_s_words_are_marked_fuzzy_beside_other_flags(tmp_path: Path) -> None:
    path = put(tmp_path, HEADER + '#, python-format\nmsgid "Open %s"\nmsgstr ""\n')
    (block,) = blocks(path)
    assert [(c.kind, block.text[c.start : c.end]) for c in block.codes] == [("literal", "%s")]
    assert '#, fuzzy, python-format\nmsgid "Open %s"\nmsgstr "Open %s"\n' in written(
        path, [again(block)]
    )


def test_what_failed_stays_without_a_translation(tmp_path: Path) -> None:
    path = put(tmp_path, HEADER + 'msgid "Open"\nmsgstr ""\n')
    assert written(path, [Rendering("Open", failed=True)]) == path.read_text("utf-8")


@pytest.mark.parametrize(("target", "texts", "forms"), [("ko", 1, 1), ("fr", 2, 2), ("ru", 2, 3)])
def test_a_plural_has_as_many_forms_as_the_target(
    tmp_path: Path, target: str, texts: int, forms: int
) -> None:
    message = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    path = put(tmp_path, HEADER.replace("ko", "") + message)
    reading = Reading(target=target)
    found = blocks(path, reading)
    after = polib.pofile(written(path, [again(b) for b in found], reading))
    assert (len(found), len(after[0].msgstr_plural)) == (texts, forms)
    assert f"nplurals={forms}" in after.metadata["Plural-Forms"]
    assert after.metadata["Language"] == target


def test_translations_in_another_language_are_not_taken_over(tmp_path: Path) -> None:
    path = put(tmp_path, HEADER + 'msgid "Open"\nmsgstr "열기"\n')
    events = list(PO.read(path, Reading(target="fr")))
    assert [e.kept for e in events if isinstance(e, Block)] == [""]
    assert any("ko" in e.message for e in events if isinstance(e, Remark))
    assert "Language: fr" in written(path, [Rendering("Ouvrir")], Reading(target="fr"))


def test_no_po_is_one_clear_message(tmp_path: Path) -> None:
    path = put(tmp_path, HEADER + 'msgid "Open\nmsgstr nothing\n')
    with pytest.raises(InputError, match=r"a\.po: .*line \d"):
        blocks(path)
