"""Takes a negation out of a translation, or puts one in: the opposite of what was said."""

import re
from random import Random

from workbench.planting import Sentence, negation_ja, negation_ko, planter
from workbench.planting.numbers import Edit, apply

# (words, what stands for them): each turns a negation into its opposite.
_REMOVED = tuple(
    (re.compile(pattern, re.IGNORECASE), new)
    for pattern, new in (
        (r"\b(?:can|could)(n't|not| not)\b", ""),
        (r"\bwo(n't)\b", "ill"),
        (r"\b(?:do|does|did)(n't| not)\b", ""),
        (r"\b(?:is|are|was|were|has|have|had|would|should|must|need)(n't| not)\b", ""),
        (r"\b(?:will|may|might|I'm|it's|that's|we're|they're|he's|she's|you're)( not)\b", ""),
        (r"\b(?:be|been)( not)\b", ""),
        (r"(?<=[a-z] )(never) (?=[a-z])", "always"),
        (r"(?<=[a-z] )(no longer) ", "still"),
        (r"(?<=[a-z] )(nothing)\b", "everything"),
        (r"\b(nobody|no one)\b", "everyone"),
        (r"(?<=[a-z] )(without)\b", "with"),
        (r"\b(?:has|have|had|is|are|was|were|with|there's) (no) (?=[a-z])", "a"),
        (r"(?<=[a-z] )(not) (?=to )", ""),
    )
)
# Negative in form only, or a negation that another one answers: its loss is no plain error.
_IDIOM = re.compile(
    r"not (?:only|just|merely|simply|until|least|because|to mention|that|yet|necessarily|so much)"
    r"|n't (?:help|until|only|just|have to|need)|if not|or not|whether|unless|not a few"
    r"|no (?:longer than|more than|less|doubt|matter|one else|sooner|other|wonder|fewer)"
    r"|no (?:choice|option|alternative)|next to no|nothing (?:but|more|less|other|short)"
    r"|without (?:fail|doubt|question)|cannot but|not un|never (?:fail|mind)"
    r"|n't (?:you|they|he|she|it|we|that|I|there)\b",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"\b(?:is|are|was|were|will|would|should|can|could|may|must|has|have|had)\b"
    r"(?= (?:been|[a-z]+ed|the|in|able|likely|expected|said|be|a|an|very|to be) )"
)
_NEGATED = re.compile(
    r"n't\b|\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot|hardly)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^.!?;,“”\"]+[.!?;,“”\"]*")


@planter("negation")
def plant_negation(sentence: Sentence, random: Random) -> str | None:
    """Remove a negation or add one; half of each where both can be done.

    Questions are left alone ("Isn't it?" asks what "Is it?" asks), and so are clauses whose
    negation is one in form only.
    """
    removals, additions = {
        "en": _english,
        "ja": negation_ja.edits,
        "ko": negation_ko.edits,
    }[sentence.language](sentence.target)
    if removals and additions:
        return apply(sentence.target, random.choice(random.choice([removals, additions])))
    either = removals or additions
    # Most sentences can only be negated: they would be nearly all of what is planted.
    if not either or (not removals and random.random() < 0.7):
        return None
    return apply(sentence.target, random.choice(either))


def _english(text: str) -> tuple[list[Edit], list[Edit]]:
    """Return the edits that take a negation out, and those that put one in."""
    removals: list[Edit] = []
    additions: list[Edit] = []
    text = text.replace("’", "'")
    for clause in _CLAUSE.finditer(text):
        if "?" in text[clause.start() : clause.end() + 40] or _IDIOM.search(clause[0]):
            continue
        if _NEGATED.search(clause[0]):
            removals += _removals(clause)
        else:
            ends = [clause.start() + match.end() for match in _ADDED.finditer(clause[0])]
            additions += [(end, end, " not") for end in ends]
    return removals, additions


def _removals(clause: re.Match[str]) -> list[Edit]:
    if len(_NEGATED.findall(clause[0])) > 1:
        return []
    return [
        (clause.start() + match.start(1), clause.start() + match.end(1), new)
        for pattern, new in _REMOVED
        for match in pattern.finditer(clause[0])
    ]
