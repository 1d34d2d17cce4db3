"""The examples of docs/checks.md, run. `python tests/examples.py` renews what the checks say."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from workbench.checks import run_checks
from workbench.types import Document, Segment, Translation

FILE = Path(__file__).parents[1] / "docs" / "checks.md"
_EXAMPLE = re.compile(r"(?<=^```)([a-z]{2}-[a-z]{2})\n(.*?)\n(?=```$)", re.MULTILINE | re.DOTALL)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]")


def sections() -> dict[str, str]:
    """Return name of a check -> what the document says of it."""
    parts = re.split(r"^### `([a-z-]+)`$", FILE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples(section: str) -> list[tuple[str, list[str]]]:
    """Return (language pair, lines) of each example."""
    return [(pair, body.splitlines()) for pair, body in _EXAMPLE.findall(section)]


def renewed(check: str, pair: str, lines: Sequence[str]) -> list[str]:
    """Return the lines of an example with what the check says of it now.

    A target that ends in … is an output cut off, a source that ends in a colon is a label.
    """
    source, target = pair.split("-")
    rows = [line.split(": ", 1) for line in lines]
    texts = [json.loads(f'"{row[1]}"') for row in rows if row[0] != "says"]
    segments = [
        Segment(f"s{i}", text, "", "label" if text.endswith("：") else "sentence", 0, i)
        for i, text in enumerate(texts[::2])
    ]
    made = [
        Translation(f"s{i}", target, text, "mt", truncated=text.endswith("…"))
        for i, text in enumerate(texts[1::2])
    ]
    found = run_checks(Document(source, tuple(segments)), made, target)
    said = [f"says: {f.severity}: {_shown(f.message)}" for f in found if f.check == check]
    return [line for line in lines if not line.startswith("says: ")] + said


def _shown(text: str) -> str:
    """Return the text as JSON writes it between quotes, with only invisible signs escaped."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], quoted)


def main() -> None:
    """Write the document with what the checks say now."""
    parts = re.split(r"(^### `[a-z-]+`$)", FILE.read_text("utf-8"), flags=re.MULTILINE)
    for i in range(1, len(parts), 2):
        name = parts[i].strip("#` ")
        for pair, lines in examples(parts[i + 1]):
            now = renewed(name, pair, lines)
            parts[i + 1] = parts[i + 1].replace("\n".join(lines), "\n".join(now))
    FILE.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    main()
