"""How text becomes the tokens of a model family, and how the target language is told.

Used by every engine, free of torch and transformers. To add a family, add its frame to `encode`
and the shape of its language tokens to `_SHAPES`.
"""

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.catalogue import Model
from workbench.errors import EngineError, UsageError
from workbench.languages import get_language

# The punctuation rules have a pattern whose time is quadratic in the length of a run of dots. A
# longer text is over every model's limit, and is cut before it is translated.
_LONGEST_NORMALISED = 4000
_SHAPES = {"marian": ">>{}<<", "m2m100": "__{}__", "t5": "<2{}>"}
_SPM = {"marian": ("source.spm", "target.spm"), "m2m100": ("sentencepiece.bpe.model",) * 2}
_TAG = re.compile(r">>\w+<<|<2\w+>|__[a-z]{2,3}__")


class Coder(Protocol):
    """Text to pieces and back. Holds no language, so that threads can share it."""

    def pieces(self, text: str) -> list[str]:
        """Return the pieces of a text; what looks like a control token in it is ordinary text."""

    def target_pieces(self, text: str) -> list[str]:
        """Return the pieces of a text to be learnt as a target; `text` is the way back."""

    def tag_pieces(self, tag: str) -> list[str]:
        """Return the pieces of a language tag, control tokens allowed."""

    def text(self, pieces: Sequence[str]) -> str:
        """Return the text of pieces; control tokens and unknowns are left out."""


@dataclass(frozen=True)
class Frame:
    """The control tokens of a checkpoint: what stands before and after every source text.

    forced is the token every target begins with when no language tells it, else "". spm names
    the SentencePiece files for source and target; empty means tokenizer.json.
    """

    eos: str
    unk: str
    controls: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    forced: str = ""
    spm: tuple[str, ...] = ()


class SentencePieceCoder:
    """SentencePiece models with a vocabulary of their own, as Marian and M2M100 have."""

    def __init__(self, folder: Path, frame: Frame) -> None:
        import sentencepiece

        source, target = (folder / name for name in frame.spm)
        self._source = sentencepiece.SentencePieceProcessor(model_file=str(source))
        same = source.read_bytes() == target.read_bytes()
        self._target = (
            self._source if same else sentencepiece.SentencePieceProcessor(model_file=str(target))
        )
        self._unk, self._controls = frame.unk, frozenset(frame.controls)

    def pieces(self, text: str) -> list[str]:
        """Return the pieces of a text."""
        return self._plain(self._source.encode(text, out_type=str))

    def target_pieces(self, text: str) -> list[str]:
        """Return the pieces of a target text."""
        return self._plain(self._target.encode(text, out_type=str))

    def _plain(self, pieces: Sequence[str]) -> list[str]:
        return [self._unk if piece in self._controls else piece for piece in pieces]

    def tag_pieces(self, tag: str) -> list[str]:
        """Return the tag: it is always one token."""
        return [tag]

    def text(self, pieces: Sequence[str]) -> str:
        """Return the text of target pieces."""
        kept = [piece for piece in pieces if piece not in self._controls]
        return str(self._target.decode_pieces(kept)).replace("▁", " ").strip()


class TokenizerCoder:
    """A tokenizer.json, as NLLB, mBART-50, T5 and BART have."""

    def __init__(self, specification: str, frame: Frame) -> None:
        from tokenizers import Tokenizer

        self._whole = Tokenizer.from_str(specification)
        self._names = {i: token for token, i in self._whole.get_vocab().items()}
        self._unk, self._controls = frame.unk, frozenset(frame.controls)
        self._plain = Tokenizer.from_str(_without_controls(specification, self._controls))

    def pieces(self, text: str) -> list[str]:
        """Return the pieces of a text."""
        return [self._names[i] for i in self._plain.encode(text, add_special_tokens=False).ids]

    def target_pieces(self, text: str) -> list[str]:
        """Return the pieces of a target text: these families have one vocabulary."""
        return self.pieces(text)

    def tag_pieces(self, tag: str) -> list[str]:
        """Return the pieces of a tag, which may be a control token or words of a prompt."""
        return [self._names[i] for i in self._whole.encode(tag, add_special_tokens=False).ids]

    def text(self, pieces: Sequence[str]) -> str:
        """Return the text of target pieces."""
        kept = [piece for piece in pieces if piece not in self._controls]
        ids = [i for piece in kept if (i := self._whole.token_to_id(piece)) is not None]
        return str(self._whole.decode(ids, skip_special_tokens=False)).strip()


def _without_controls(specification: str, controls: frozenset[str]) -> str:
    """Return a tokenizer.json that finds no control token in a text.

    Added tokens are matched before the model runs, so they go. A unigram vocabulary also holds
    "</s>" or "ja_XX" as pieces of the best score there is: with a space in its name, which no
    text has after the pre-tokenizer, a piece keeps its number and is never found.
    """
    spec = json.loads(specification)
    spec["added_tokens"] = [t for t in spec["added_tokens"] if t["content"] not in controls]
    spec["post_processor"] = None
    if spec["model"]["type"] == "Unigram":
        spec["model"]["vocab"] = [
            [f" {piece}" if piece in controls else piece, score]
            for piece, score in spec["model"]["vocab"]
        ]
    return json.dumps(spec, ensure_ascii=False)


@dataclass(frozen=True)
class Convention:
    """A model's way with text and languages. knows: is this token in the vocabulary?"""

    model: Model
    coder: Coder
    frame: Frame
    knows: Callable[[str], bool]

    def require(self, source: str, target: str) -> None:
        """Check that the model can be told this language pair.

        Raises UsageError: the pair is not among the model's, or its vocabulary lacks a language
        (left alone, the token would become <unk> and the model answer in any language).
        """
        pairs = self.model.pairs
        if pairs and (source, target) not in pairs:
            known = ", ".join(f"{a}-{b}" for a, b in pairs)
            raise UsageError(
                f"Model {self.model.name!r} does not translate {source}-{target}. Known: {known}."
            )
        for code in told(self.model, source, target):
            tag = language_token(self.model, code)
            # A prompt in words ("translate English to German:") is text, not a token.
            if tag == self.frame.unk or not (" " in tag or self.knows(tag)):
                raise UsageError(
                    f"Model {self.model.name!r} does not know the language {code!r}: its "
                    f"vocabulary has no token {tag!r}. Choose another model or language."
                )

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """Return the source tokens of one text, control and language tokens included."""
        pieces = self.coder.pieces(normalise(text, source, self.model.punctuation))
        eos = self.frame.eos
        if self.model.family in ("nllb", "m2m100", "mbart50"):
            return [language_token(self.model, source), *pieces, eos]
        tag: list[str] = []
        if self.model.target in ("tag", "prefix"):
            tag = self.coder.tag_pieces(language_token(self.model, target))
        if self.model.family == "marian":
            return [*tag, *pieces, eos]
        return [*self.frame.before, *tag, *pieces, *self.frame.after]

    def target_prefix(self, target: str) -> list[str]:
        """Return the tokens that every target must begin with."""
        if self.model.target == "forced_bos":
            return [language_token(self.model, target)]
        return [self.frame.forced] if self.frame.forced else []

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of target tokens."""
        return self.coder.text(tokens)

    def encode_all(self, texts: Sequence[str], source: str, target: str) -> list[list[str]]:
        """Return the source tokens of each text.

        Raises UsageError: see `require`. EngineError: a text is over the model's limit.
        """
        self.require(source, target)
        encoded = [self.encode(text, source, target) for text in texts]
        for text, tokens in zip(texts, encoded, strict=True):
            if len(tokens) > self.model.max_source:
                raise EngineError(
                    f"Model {self.model.name!r} takes {self.model.max_source} tokens; this text "
                    f"has {len(tokens)}: {text[:40]!r}… Split it first."
                )
        return encoded


class Measured:
    """What engines over a Convention share: how long a source is, and may be."""

    _model: Model
    _convention: Convention

    @property
    def limit(self) -> int:
        """Return the longest source in tokens."""
        return self._model.max_source

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        """Return the source length of each text in tokens, special tokens counted."""
        return [len(self._convention.encode(text, source, target)) for text in texts]


def told(model: Model, source: str, target: str) -> list[str]:
    """Return the languages of a pair that are told to the model by a token."""
    sources = [source] if model.family in ("nllb", "m2m100", "mbart50") else []
    return sources if model.target == "none" else [*sources, target]


def language_token(model: Model, code: str) -> str:
    """Return the token or words by which a model is told a language.

    Raises UsageError: the model's column of the language table has no code for it.
    """
    if code in model.tags:
        return model.tags[code]
    value = str(getattr(get_language(code), model.codes))
    if not value:
        raise UsageError(f"Model {model.name!r} does not know the language {code!r}.")
    return _SHAPES.get(model.family, "{}").format(value)


def normalise(text: str, source: str, punctuation: str) -> str:
    """Return the text with the punctuation that a model's training text had: "moses", or as it is.

    Moses rules (Koehn et al. 2007) for Latin and Cyrillic scripts only: they would turn 「」、。
    into ASCII. Numbers are left alone: the rules make "1.000" of "1 000".
    """
    european = get_language(source).script in ("Latn", "Cyrl")
    if punctuation != "moses" or not european or len(text) > _LONGEST_NORMALISED:
        return text
    return str(_moses(get_language(source).code).normalize(text))


class _Normalizer(Protocol):
    def normalize(self, text: str) -> str: ...


@functools.cache
def _moses(code: str) -> _Normalizer:
    from sacremoses import MosesPunctNormalizer

    normalizer: _Normalizer = MosesPunctNormalizer(code, norm_numbers=False)
    return normalizer


def open_coder(folder: Path, frame: Frame, specification: str = "") -> Coder:
    """Return the coder of a folder; specification is tokenizer.json's text if it has no file."""
    if frame.spm:
        return SentencePieceCoder(folder, frame)
    text = specification or (folder / "tokenizer.json").read_text(encoding="utf-8")
    return TokenizerCoder(text, frame)


def frame_of(model: Model, tokenizer: Any, forced: str) -> Frame:
    """Return the frame of a checkpoint whose transformers tokenizer is given.

    forced is the token its generation settings force as the first of every target, else "".
    """
    specials = {str(token) for token in tokenizer.all_special_tokens}
    specials |= {t.content for t in tokenizer.added_tokens_decoder.values() if t.special}
    specials |= {t for t in vocabulary_of(tokenizer) if _TAG.fullmatch(t)}
    before, after = _around(tokenizer) if model.family in ("t5", "bart") else ((), ())
    return Frame(
        eos=str(tokenizer.eos_token),
        unk=str(tokenizer.unk_token),
        controls=tuple(sorted(specials)),
        before=before,
        after=after,
        forced=forced,
        spm=_SPM.get(model.family, ()),
    )


def vocabulary_of(tokenizer: Any) -> dict[str, int]:
    """Return token -> number. M2M100 keeps its language tokens outside its vocabulary."""
    return {**tokenizer.get_vocab(), **getattr(tokenizer, "lang_token_to_id", {})}


def _around(tokenizer: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tokens that the tokenizer puts before and after a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    start = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
    names = tokenizer.convert_ids_to_tokens
    return tuple(names(full[:start])), tuple(names(full[start + len(bare) :]))
