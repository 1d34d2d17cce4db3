"""Try the choice of bullets on texts that people summarised.

python -m workbench.summaries.trial FILES takes .jsonl files; a line is a document {"title",
"sentences", "bullets"} with texts by language, and every bullet has in "from" the places of the
sentences that its author drew on. What is measured is printed as Markdown. To measure something
else, write a function of Texts and add it to `main`.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from workbench.planting import Sentence, plant
from workbench.segmentation import split
from workbench.summaries import ranking, structure, summarize
from workbench.summaries.comparison import compare_column
from workbench.summaries.coverage import foreign
from workbench.types import Column, Document, Result, Translation

LANGUAGES = ("ja", "en", "ko")
_PLANTED = 100  # of each sort and language
_PLACES = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Text:
    """One document in one language as it would be pasted: a title, then a sentence a line.

    spans are the places of the sentences in the text; gold are the numbers of those that the
    author's bullets come from, and lines the bullets themselves.
    """

    file: str
    language: str
    document: Document
    spans: tuple[tuple[int, int], ...]
    gold: frozenset[int]
    lines: tuple[str, ...]


Choice = Callable[[Text], set[int]]


def read_texts(paths: Iterable[Path]) -> Iterator[Text]:
    """Yield every document of the files in each language that it has."""
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            for language in (code for code in LANGUAGES if code in item["title"]):
                yield _text(path.stem, language, item)


def _text(file: str, language: str, item: dict[str, Any]) -> Text:
    lines = [item["title"][language], *(s[language] for s in item["sentences"])]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    spans = tuple((a, a + len(line)) for a, line in zip(starts, lines, strict=False))[1:]
    gold = frozenset(place for bullet in item["bullets"] for place in bullet["from"])
    written = tuple(bullet[language] for bullet in item["bullets"])
    return Text(file, language, split("\n".join(lines), language), spans, gold, written)


def ours(text: Text) -> set[int]:
    """Return the numbers of the sentences in our bullets, as many bullets as the author's."""
    ids = {
        i for b in summarize(text.document, count=len(text.lines)).bullets for i in b.segment_ids
    }
    starts = [segment.start for segment in text.document.segments if segment.id in ids]
    return {n for n, (a, b) in enumerate(text.spans) if any(a <= start < b for start in starts)}


def lead(text: Text) -> set[int]:
    """Return the numbers of the first three sentences."""
    return set(range(min(3, len(text.spans))))


def lead_k(text: Text) -> set[int]:
    """Return the numbers of as many first sentences as the author has bullets."""
    return set(range(min(len(text.lines), len(text.spans))))


def textrank(text: Text) -> set[int]:
    """Return the numbers of as many sentences as the author has bullets, by TextRank."""
    source = "".join(segment.text + segment.gap for segment in text.document.segments)
    scores = ranking.textrank([structure.fold(source[a:b]) for a, b in text.spans])
    return set(scores.argsort(kind="stable")[::-1][: len(text.lines)].tolist())


CHOICES: dict[str, Choice] = {
    "ours": ours,
    "lead-3": lead,
    "lead-k": lead_k,
    "TextRank": textrank,
}


def overlap(texts: Sequence[Text]) -> Iterator[str]:
    """Yield the rows of precision, recall and F1 (means over documents, in percent)."""
    yield (
        "| language | file | documents | "
        + " | ".join(f"{name} P / R / F1" for name in CHOICES)
        + " |"
    )
    yield "|---" * (3 + len(CHOICES)) + "|"
    groups: dict[tuple[str, str], list[Text]] = defaultdict(list)
    for text in texts:
        groups[text.language, "all"].append(text)
        groups[text.language, text.file].append(text)
    for (language, file), group in sorted(groups.items()):
        cells = [_scores(choice, group) for choice in CHOICES.values()]
        yield f"| {language} | {file} | {len(group)} | " + " | ".join(cells) + " |"


def _scores(choice: Choice, texts: Sequence[Text]) -> str:
    rows = [_agreement(choice(text), text.gold) for text in texts]
    return " / ".join(f"{100 * fmean(column):.1f}" for column in zip(*rows, strict=True))


def _agreement(chosen: set[int], gold: frozenset[int]) -> tuple[float, float, float]:
    """Return precision, recall and F1 (0 to 1)."""
    hits = len(chosen & gold)
    precision, recall = hits / max(1, len(chosen)), hits / max(1, len(gold))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def soundness(texts: Sequence[Text]) -> Iterator[str]:
    """Yield per language: failures, empty results, unknown ids, coverage, speakers and time."""
    yield (
        "| language | documents | exceptions | empty | bullets | with unknown ids | key terms | "
        "numbers | quotations | speaker named | ms a document |"
    )
    yield "|---" * 11 + "|"
    for language, group in _by_language(texts):
        start = time.process_time()
        counts, shares = _tried(group)
        spent = 1000 * (time.process_time() - start) / len(group)
        cells = [counts[key] for key in ("failed", "empty", "bullets", "unknown")]
        terms, numbers = (f"{100 * fmean(column):.0f} %" for column in zip(*shares, strict=True))
        yield (
            f"| {language} | {len(group)} | "
            + " | ".join(map(str, cells))
            + f" | {terms} | {numbers}"
            f" | {counts['quoted']} | {counts['named']} | {spent:.0f} |"
        )


def _tried(texts: Sequence[Text]) -> tuple[Counter[str], list[tuple[float, float]]]:
    counts: Counter[str] = Counter()
    shares: list[tuple[float, float]] = []
    for text in texts:
        try:
            summary = summarize(text.document)
        except Exception as error:
            # Whatever it is, it is what is counted here.
            counts["failed"] += 1
            print(f"{text.file}: {error!r}")
            continue
        known = {segment.id for segment in text.document.segments}
        counts["empty"] += not summary.bullets
        counts["bullets"] += len(summary.bullets)
        counts["unknown"] += sum(not {*b.segment_ids} <= known for b in summary.bullets)
        counts["quoted"] += sum(bool(b.speaker) for b in summary.bullets)
        counts["named"] += sum(b.speaker not in ("", "?") for b in summary.bullets)
        shares.append((summary.coverage, summary.number_coverage))
    return counts, shares or [(0.0, 0.0)]


def lengths(texts: Sequence[Text]) -> Iterator[str]:
    """Yield the mean number of characters of a bullet for five wishes of length."""
    wishes = (0.0, 0.25, 0.5, 0.75, 1.0)
    yield "| language | " + " | ".join(f"length {wish}" for wish in wishes) + " |"
    yield "|---" * (1 + len(wishes)) + "|"
    for language, group in _by_language(texts):
        cells = [f"{fmean(_sizes(group, wish)):.0f}" for wish in wishes]
        yield f"| {language} | " + " | ".join(cells) + " |"


def _sizes(texts: Sequence[Text], wish: float) -> Iterator[int]:
    for text in texts:
        size = {segment.id: len(segment.text) for segment in text.document.segments}
        for bullet in summarize(text.document, length=wish).bullets:
            yield sum(size[i] for i in bullet.segment_ids)


def columns(texts: Sequence[Text]) -> Iterator[str]:
    """Yield how many bullets a human translation summarised by itself shares with its source."""
    yield "| source | column | bullets in common | all the same |"
    yield "|---|---|---|---|"
    groups = dict(_by_language(texts))
    for source in groups:
        for target in (code for code in groups if code != source):
            found = [
                compare_column(_result(one, two), target).overlap
                for one, two in zip(groups[source], groups[target], strict=True)
                if len(one.document.segments) == len(two.document.segments)
            ]
            if found:
                same = sum(share == 1 for share in found) / len(found)
                yield f"| {source} | {target} | {100 * fmean(found):.0f} % | {100 * same:.0f} % |"


def _result(one: Text, two: Text) -> Result:
    pairs = zip(one.document.segments, two.document.segments, strict=True)
    rows = tuple(Translation(a.id, two.language, b.text, "human") for a, b in pairs)
    column = Column(two.language, rows, "")
    return Result(one.document, (column,), summarize(one.document), ())


def strangers(texts: Sequence[Text], seed: int) -> Iterator[str]:
    """Yield how many foreign numbers and names, planted in authors' bullets, are flagged."""
    yield "| language | numbers flagged | names flagged | bullets as they are, doubted |"
    yield "|---|---|---|---|"
    for language, group in _by_language(texts):
        lines = [(line, _whole(text)) for text in group for line in text.lines]
        doubted = sum(bool(foreign(line, said, language)) for line, said in lines)
        random = Random(seed)
        random.shuffle(lines)
        cells = []
        for sort in (_number, _name):
            planted = [p for line, said in lines if (p := sort(line, said, language, random))]
            caught = sum(bool(foreign(line, said, language)) for line, said in planted[:_PLANTED])
            cells.append(f"{caught} of {len(planted[:_PLANTED])}")
        yield f"| {language} | " + " | ".join(cells) + f" | {doubted} of {len(lines)} |"


def _whole(text: Text) -> tuple[str, ...]:
    return tuple(segment.text for segment in text.document.segments)


def _number(
    line: str, said: tuple[str, ...], language: str, random: Random
) -> tuple[str, tuple[str, ...]] | None:
    """Return a bullet with other digits in the place of one number; their figure stands nowhere."""
    found = list(_PLACES.finditer(line))
    if not found or foreign(line, said, language):
        return None
    place = random.choice(found)
    digits = next(
        n for n in iter(lambda: str(random.randrange(211, 990)), "") if n not in "".join(said)
    )
    return line[: place.start()] + digits + line[place.end() :], said


def _name(
    line: str, said: tuple[str, ...], language: str, random: Random
) -> tuple[str, tuple[str, ...]] | None:
    """Return a bullet with a person or place of no text here in the place of one of its names."""
    planted = plant("name", Sentence(line, line, language, language), random)
    if not planted or foreign(line, said, language):
        return None
    new = _inserted(line, planted).strip()
    return (planted, said) if len(new) > 1 and new not in "".join(said) else None


def _inserted(old: str, new: str) -> str:
    """Return what stands in the new text where it differs from the old one, "" for a mere loss."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    return new[start : len(new) - tail]


def _shared(one: str, two: str) -> int:
    """Return with how many characters both texts begin."""
    pairs = enumerate(zip(one, two, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(two)))


def _by_language(texts: Sequence[Text]) -> Iterator[tuple[str, list[Text]]]:
    for language in LANGUAGES:
        group = [text for text in texts if text.language == language]
        if group:
            yield language, group


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every table for the files named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m workbench.summaries.trial", description=__doc__
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1, help="of the planted numbers and names")
    asked = parser.parse_args(arguments)
    texts = list(read_texts(asked.files))
    for title, rows in (
        ("Soundness", soundness(texts)),
        ("Overlap with the authors' sentences", overlap(texts)),
        ("Length", lengths(texts)),
        ("Columns by themselves", columns(texts)),
        ("Foreign numbers and names", strangers(texts, asked.seed)),
    ):
        print(f"## {title}\n", *rows, "", sep="\n")


if __name__ == "__main__":
    main()
