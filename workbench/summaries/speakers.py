"""Who is quoted in a bullet, and how a column says it where the sentence does not.

A speaker is read from the label of the paragraph, from the sentence, or from the one beside it; a
name is never guessed. subjects.py reads sentences; a new language needs a row in _UNCLEAR too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.checks.quotes import read_quotations
from workbench.summaries import structure
from workbench.summaries.structure import Sentence
from workbench.types import Bullet, Document

UNKNOWN = "?"
_UNCLEAR = {
    "ja": "［発言者不明］",
    "ko": "[발언자 불명] ",
    "zh": "［发言者不明］",
    "en": "[speaker unclear] ",
}
# Letters and digits of a quotation that somebody says; what is shorter may be a word or a title.
_LEAST = {"ja": 8, "ko": 8, "zh": 8}
_MOST = 15
_WIDE = ("ja", "zh")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is quoted: name is "?" where the text does not say it, "" where nobody is.

    segment_id is the label or sentence that has the name, "" without one.
    """

    name: str = ""
    segment_id: str = ""


def find_speaker(body: Sequence[Sentence], place: int, language: str) -> Speaker:
    """Return who is quoted in the sentence at a place.

    A label before the paragraph says it first. Else a sentence that is a quotation needs the
    neighbour that says who spoke, and one that has a quotation and a verb of saying has to say it
    itself; where its subject is left out, the sentence before it in the paragraph is asked.
    """
    sentence = body[place]
    if sentence.label:
        return Speaker(sentence.label.text.strip(" \t\u3000:：.．"), sentence.label.id)
    if not sentence.quote and not _reports(sentence.text, language):
        return Speaker()
    for other in _tellers(body, place, language):
        if name := say_subject(body[other].text, language):
            return Speaker(name, body[other].id)
    return Speaker(UNKNOWN)


def say_subject(text: str, language: str) -> str:
    """Return who says what a sentence quotes or reports, "" if it does not tell.

    >>> say_subject("「寒かった」と佐藤さん（71）は語った。", "ja")
    '佐藤さん'
    """
    # Its patterns take a while to compile.
    from workbench.summaries.subjects import read_subject

    return read_subject(_masked(text), text, language)


def labeller(
    document: Document, texts: Mapping[str, str], language: str
) -> Callable[[Bullet, str], str]:
    """Return a function of a bullet and its line that puts the speaker before the line if needed.

    It is needed where the bullet quotes somebody whom none of its own sentences names; a person's
    own words are shown as they are. Which bullets need it is settled by the source, so that all
    columns agree. In a column (texts by segment id, in `language`) the name is that of the
    translated label, or the one who speaks in the translation of the sentence that has the name;
    where neither can be had, it is the source's name, as it stands.
    """
    body = structure.read_body(document, structure.find_title(document))
    place_of = {sentence.id: place for place, sentence in enumerate(body)}

    def named(bullet: Bullet) -> Speaker:
        places = [place_of[i] for i in bullet.segment_ids if i in place_of]
        found = (find_speaker(body, place, document.language) for place in places)
        return next((f for f in found if f.name == bullet.speaker), Speaker(bullet.speaker))

    def label(bullet: Bullet, line: str) -> str:
        own = bullet.texts.get(document.language, "")
        edited = bullet.method == "edited" and language in bullet.texts
        if not bullet.speaker or not line or edited or bullet.speaker in own:
            return line
        if bullet.speaker == UNKNOWN:
            return _UNCLEAR.get(language.split("-")[0], _UNCLEAR["en"]) + line
        speaker = named(bullet)
        if speaker.segment_id in bullet.segment_ids and language not in bullet.texts:
            return line
        name = speaker.name
        if language != document.language:
            name = _translated(texts.get(speaker.segment_id, ""), language) or name
        return f"{name}：{line}" if language.split("-")[0] in _WIDE else f"{name}: {line}"

    return label


def _translated(text: str, language: str) -> str:
    """Return the speaker in the translation of a label or of a sentence, "" if it has none."""
    bare = text.strip(" \t\u3000:：.．")
    is_label = len(bare) <= 40 and not any(ender in bare for ender in ".。!?！？")
    return bare if is_label else say_subject(text, language)


def _tellers(body: Sequence[Sentence], place: int, language: str) -> list[int]:
    """Return the places of the sentences that may say who speaks, the likeliest first."""
    if body[place].quote:
        near = structure.companions(body, place, language)
        return [other for other in near if not body[other].question]
    before = place - 1
    beside = place and body[before].paragraph == body[place].paragraph
    # One that quotes too was said by somebody: the subject left out is mostly the same.
    return [place, before] if beside and _drops_subject(body[place], language) else [place]


def _drops_subject(sentence: Sentence, language: str) -> bool:
    """Tell whether a sentence may leave out who says it, as Japanese and Korean do."""
    return language.split("-")[0] in ("ja", "ko") and not sentence.opener


def _reports(text: str, language: str) -> bool:
    """Tell whether a sentence quotes a saying of somebody, and says that it was said."""
    from workbench.summaries.subjects import is_said

    least = _LEAST.get(language.split("-")[0], _MOST)
    long = any(structure.letters(q.content) >= least for q in read_quotations(text))
    return long and is_said(_masked(text), language)


def _masked(text: str) -> str:
    masked = list(text)
    for quotation in read_quotations(text):
        masked[quotation.start : quotation.end] = "\0" * (quotation.end - quotation.start)
    return "".join(masked)
