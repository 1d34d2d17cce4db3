"""Speaker labels and markers (記者　, Q:, ――) in the target language. To add a label, add its row.

Labels of the trade are looked up; a name is sent to the model without its colon or title.
"""

import re
from dataclasses import replace

from workbench.routing import Run
from workbench.types import Segment, Translation

_ROWS = (
    {"ja": "記者", "ko": "기자", "en": "Reporter"},
    {"ja": "問", "ko": "문", "en": "Q"},
    {"ja": "答", "ko": "답", "en": "A"},
    {"ja": "質問", "ko": "질문", "en": "Question"},
    {"ja": "回答", "ko": "답변", "en": "Answer"},
    {"ja": "司会", "ko": "사회자", "en": "Moderator"},
    {"ja": "聞き手", "ko": "인터뷰어", "en": "Interviewer"},
)
_TABLE = {label.lower(): row for row in _ROWS for label in row.values()}
_TAIL = re.compile(r"[\s:：.．]*$")
_DASH = re.compile(r"^[―—–─]+$")


def translate_label(segment: Segment, run: Run) -> Translation:
    """Return the label in the target language, ending in a colon where the source has one.

    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(source="ja", target="en")
    >>> translate_label(Segment("s1", "記者", "　", "label", 0, 0), run).text
    'Reporter:'
    """
    name = _TAIL.sub("", segment.text)
    row = _TABLE.get(name.lower(), {name: name} if name.isascii() and len(name) == 1 else {})
    known = row.get(run.target) or row.get(name)
    if known:
        return Translation(segment.id, run.target, _punctuated(known, run.target), "label")
    outcome = run.translate([name])[name]
    text = _punctuated(_TAIL.sub("", outcome.text), run.target)
    note = outcome.note or "a name, translated out of context: check it"
    return replace(outcome, segment_id=segment.id, text=text if outcome.text else "", note=note)


def translate_marker(segment: Segment, source: str, target: str) -> Translation:
    """Return a list marker or dash as it stands; a Japanese ―― becomes — elsewhere."""
    text = segment.text
    if source in ("ja", "zh") and target not in ("ja", "zh") and _DASH.match(text):
        text = "—"
    return Translation(segment.id, target, text, "copy")


def _punctuated(label: str, language: str) -> str:
    return label if language in ("ja", "zh") else f"{label}:"
