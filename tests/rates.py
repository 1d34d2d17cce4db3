"""How often the detectors see what a lying engine does, and how often they cry for nothing.

    python tests/rates.py                    every fault at its full count
    python tests/rates.py --texts FOLDER     the same over documents of your own

A folder holds .jsonl files of documents: {"sentences": [{"ja": …, "en": …, "ko": …}, …]}. To plant
another fault, write a function of a pair that returns the damaged target, and a line in FAULTS.
"""

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lxml import etree

from fakes import LiarEngine, bench
from workbench.checks.integrity import check_dropped, check_length, check_repetition
from workbench.checks.markup import (
    check_control_token,
    check_emoji,
    check_markup,
    check_verbatim,
)
from workbench.checks.registry import Check, Pair, review
from workbench.checks.scripts import check_copy, check_language, check_script
from workbench.pipeline import Options
from workbench.types import Document, Hypothesis, Segment, Translation

ROOT = Path(__file__).parents[1]
DIRECTIONS = (("ja", "en"), ("ja", "ko"), ("en", "ko"), ("ko", "en"), ("en", "ja"), ("ko", "ja"))
OWN = {"repetition", "doubled-word", "length", "dropped", "truncated", "neighbour", "hidden"}
OWN |= {"copy", "language", "script", "markup", "verbatim", "control-token", "emoji"}
OWN |= {"instructions"}
Triple = dict[str, str]
Planted = tuple[str, str]
Fault = Callable[[random.Random, Sequence[Triple], str, str], Planted]


def texts(folder: Path | None = None) -> list[list[Triple]]:
    """Return documents of sentences in three languages: the repository's own, or a folder's."""
    if folder is not None:
        lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.open("rb")]
        rows = [json.loads(line) for line in lines]
        return [row["sentences"] for row in rows if "sentences" in row]
    held = (ROOT / "models" / "trilingual-small" / "heldout.jsonl").read_text("utf-8")
    documents: list[list[Triple]] = [json.loads(row)["sentences"] for row in held.splitlines()]
    memory = etree.parse(ROOT / "workbench" / "samples" / "harbour.tmx")
    units = [[(v.values()[0], v.findtext("seg")) for v in u.iter("tuv")] for u in memory.iter("tu")]
    return [*documents, [dict(unit) for unit in units]]


def neighbours(documents: Sequence[Sequence[Triple]], chance: random.Random) -> list[Triple]:
    """Return two sentences that follow each other, both ending as sentences do."""
    while True:
        document = chance.choice(documents)
        place = chance.randrange(len(document) - 1)
        two = list(document[place : place + 2])
        if all(re.search(r"[.。?？!！][”」’』]?$", row[code]) for row in two for code in row):
            return two


def joined(rows: Sequence[Triple], language: str) -> str:
    """Return sentences as one text: Japanese has no space between them."""
    return ("" if language == "ja" else " ").join(row[language] for row in rows)


def drop(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Translate one of two sentences."""
    return joined(rows, source), chance.choice(rows)[target]


def loop(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Say a piece of the target over and over: a few letters, words, or the sentence."""
    text = rows[0][target]
    length = chance.choice((2, 4, 8, 15, len(text)))
    start = chance.randrange(max(1, len(text) - length))
    times = 2 if length > 40 else chance.randint(5, 12)
    piece = text[start : start + length].strip() or text
    joint = chance.choice(("", " "))
    return rows[0][source], text[:start] + joint.join([piece] * times)


def copy(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Return the source as it is."""
    return rows[0][source], rows[0][source]


def stray(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Answer in the third language."""
    (third,) = {"ja", "en", "ko"} - {source, target}
    return rows[0][source], rows[0][third]


def tag(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Lose, change or turn round one of the marks that a program reads."""
    marks = ("<b>", "</b>", "{0}", " %s ", "{{name}}", "${x}", "[[ref]]", "&nbsp;")
    chosen = ["<b>", "</b>", *chance.sample(marks[2:], 2)]
    damaged = list(chosen)
    place = chance.randrange(len(chosen))
    kind = chance.choice(("lose", "change", "double"))
    mark = chosen[place]
    damaged[place] = {"lose": "", "change": mark.strip()[1:], "double": mark * 2}[kind]
    if chance.random() < 0.2:
        damaged = ["</b>", "<b>", *chosen[2:]]
    return marked(rows[0][source], chosen), marked(rows[0][target], damaged)


def marked(text: str, marks: Sequence[str]) -> str:
    """Return the text with marks spread over it, in order."""
    step = max(1, len(text) // (len(marks) + 1))
    parts = [text[i * step : (i + 1) * step] for i in range(len(marks))]
    body = "".join(part + mark for part, mark in zip(parts, marks, strict=True))
    return body + text[len(marks) * step :]


def address(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Change one sign of an address, a piece of code or a link target."""
    kept = chance.choice(
        ("https://example.org/a?b=1", "harbour@example.org", "`make test`", "[x](guide.md)")
    )
    place = chance.randrange(4, len(kept) - 2)
    changed = kept[:place] + chance.choice("ZQ") + kept[place + 1 :]
    return f"{rows[0][source]} {kept} ", f"{rows[0][target]} {changed} "


def emoji(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Lose the emoji in the middle of a sentence."""
    return marked(rows[0][source], [chance.choice(("🎉", "😀", "🚢", "❤\ufe0f", "🙏"))]), rows[0][
        target
    ]


def control(chance: random.Random, rows: Sequence[Triple], source: str, target: str) -> Planted:
    """Leave a token of the model in the target."""
    tokens = ("</s>", "<unk>", ">>eng<<", "eng_Latn", "<pad>", "▁", "ko_KR", "⁇")
    return rows[0][source], marked(rows[0][target], [f" {chance.choice(tokens)} "])


# Name of a fault -> how to plant it, the checks that may see it, and how many to plant.
FAULTS: dict[str, tuple[Fault, tuple[Check, ...], int]] = {
    "dropped sentence": (drop, (check_dropped, check_length), 1000),
    "loop": (loop, (check_repetition,), 300),
    "copy of the source": (copy, (check_copy,), 300),
    "third language": (stray, (check_language, check_script), 300),
    "tags and placeholders": (tag, (check_markup,), 1000),
    "addresses and code": (address, (check_verbatim,), 500),
    "emoji": (emoji, (check_emoji,), 500),
    "control tokens": (control, (check_control_token,), 500),
}


def caught(
    name: str, count: int, documents: Sequence[Sequence[Triple]], seed: int = 1
) -> tuple[float, list[Planted]]:
    """Return the share of planted faults that a check saw, and the pairs it did not see."""
    plant, checks, _ = FAULTS[name]
    chance = random.Random(seed)
    missed = []
    for i in range(count):
        source, target = DIRECTIONS[i % len(DIRECTIONS)]
        planted = plant(chance, neighbours(documents, chance), source, target)
        pair = _pair(*planted, source, target)
        if not any(True for examine in checks for _ in examine(pair)):
            missed.append(planted)
    return 1 - len(missed) / count, missed


def joined_alarms(count: int, documents: Sequence[Sequence[Triple]], seed: int = 2) -> float:
    """Return the share of two whole sentences of which the checks say that one is missing."""
    chance = random.Random(seed)
    alarms = 0
    for i in range(count):
        source, target = DIRECTIONS[i % len(DIRECTIONS)]
        rows = neighbours(documents, chance)
        pair = _pair(joined(rows, source), joined(rows, target), source, target)
        alarms += any(True for examine in (check_dropped, check_length) for _ in examine(pair))
    return alarms / count


def alarms(documents: Sequence[Sequence[Triple]]) -> dict[str, float]:
    """Return direction -> share of untouched segments with a doubt of the detectors."""
    found = {}
    for source, target in DIRECTIONS:
        doubted = total = 0
        for rows in documents:
            document = _document([row[source] for row in rows], source)
            made = [Translation(f"s{i}", target, row[target], "mt") for i, row in enumerate(rows)]
            findings = review(document, made, target).findings
            doubted += len({f.segment_id for f in findings if f.check in OWN})
            total += len(rows)
        found[f"{source}-{target}"] = doubted / total
    return found


def cut_outputs(
    count: int, documents: Sequence[Sequence[Triple]], share: float = 0.1
) -> tuple[set[str], set[str]]:
    """Return the ids of the segments whose end the engine did not reach, and of those flagged."""
    rows = _distinct([row for document in documents for row in document])[:count]
    lies = {
        row["ja"]: Hypothesis(row["en"][: len(row["en"]) // 2], truncated=True)
        for row in rows[:: round(1 / share)]
    }
    document = _document([row["ja"] for row in rows], "ja")
    engine = LiarEngine({row["ja"]: row["en"] for row in rows}, lies)
    result = bench(engine).process(document, ["en"], Options(model="pseudo", summary=0))
    flagged = {f.segment_id for f in result.findings if f.check == "truncated"}
    return {s.id for s in document.segments if s.text in lies}, flagged


def _distinct(rows: Sequence[Triple]) -> list[Triple]:
    """Return the rows with a source of their own, numbered anew as often as it takes."""
    unique = list({row["ja"]: row for row in rows if len(row["ja"]) > 12}.values())
    again = [
        {code: f"{text} ({n})" for code, text in row.items()}
        for n in range(2, 12)
        for row in unique
    ]
    return unique + again


def _document(lines: Sequence[str], language: str) -> Document:
    return Document(
        language, tuple(Segment(f"s{i}", t, "\n", "sentence", 0, i) for i, t in enumerate(lines))
    )


def _pair(source: str, target: str, language: str, other: str) -> Pair:
    segment = Segment("s0", source, "", "sentence", 0, 0)
    return Pair(segment, Translation("s0", other, target, "mt"), language, other)


def report(documents: Sequence[Sequence[Triple]]) -> Iterator[str]:
    """Yield the lines of the report: every fault at its full count, and the false alarms."""
    lied, flagged = cut_outputs(2000, documents)
    yield f"output cut: {len(flagged & lied)} of {len(lied)} seen, {len(flagged - lied)} others"
    for name, (_, _, count) in FAULTS.items():
        share, _ = caught(name, count, documents)
        yield f"{name}: {share:.1%} of {count:,}"
    yield f"two whole sentences doubted: {joined_alarms(1000, documents):.1%} of 1,000"
    for direction, share in alarms(documents).items():
        yield f"untouched segments doubted, {direction}: {share:.2%}"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, help="a folder of documents in three languages")
    for line in report(texts(parser.parse_args().texts)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
