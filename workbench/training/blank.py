"""A Marian checkpoint that has learnt nothing yet: vocabulary, tokenizer, network."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers

from workbench.errors import UsageError
from workbench.training import aligned
from workbench.training.recipe import Network, Recipe, Vocabulary

_POSITIONS = 512
PAD = "<pad>"


def vocabulary(settings: Vocabulary, text: Path, folder: Path) -> None:
    """Train the SentencePiece vocabulary on a text file, as source.spm and target.spm.

    Pieces 0 and 1 are </s> and <unk>, as in Marian vocabularies; digits are pieces of their own,
    and what has no piece is spelt in bytes.
    Raises UsageError: the text is too small for so many pieces.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.set_random_generator_seed(1)
    try:
        sentencepiece.SentencePieceTrainer.train(
            input=str(text),
            model_prefix=str(folder / "source"),
            vocab_size=settings.size,
            model_type="unigram",
            character_coverage=settings.coverage,
            byte_fallback=True,
            normalization_rule_name="nmt_nfkc",
            split_digits=True,
            input_sentence_size=settings.sentences,
            shuffle_input_sentence=True,
            # One thread: the pieces are then the same on every machine.
            num_threads=1,
            bos_id=-1,
            pad_id=-1,
            eos_id=0,
            unk_id=1,
            eos_piece="</s>",
            unk_piece="<unk>",
            minloglevel=2,
        )
    except RuntimeError as exc:
        raise UsageError(f"The vocabulary of {settings.size} pieces cannot be made: {exc}") from exc
    (folder / "source.vocab").unlink()
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())


def checkpoint(recipe: Recipe, folder: Path, rows: Iterable[tuple[str, str]] | None = None) -> None:
    """Write configuration, tokenizer and first weights beside a vocabulary.

    rows: aligned sentences for the start of the embeddings, or None for a random one.
    """
    spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    pieces = [spm.id_to_piece(i) for i in range(spm.get_piece_size())]
    numbers = _numbers(pieces, recipe.tags)
    (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), "utf-8")
    transformers.MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")),
        source_lang="mul",
        target_lang="mul",
        model_max_length=_POSITIONS,
    ).save_pretrained(folder)
    network = _network(recipe.network, numbers, recipe.schedule.seed)
    if rows is not None:
        encoded = ([*spm.encode(a), *spm.encode(b)] for a, b in rows)
        width, seed = recipe.network.width, recipe.schedule.seed
        start = aligned.embeddings(encoded, pieces, width, seed)
        with torch.no_grad():
            network.get_input_embeddings().weight[: len(pieces)] = start
    with torch.no_grad():
        network.get_input_embeddings().weight[numbers[PAD]] = 0
    network.save_pretrained(folder)


def _numbers(pieces: Sequence[str], tags: Mapping[str, str]) -> dict[str, int]:
    tokens = [*pieces, *dict.fromkeys(tags.values()), PAD]
    return {token: number for number, token in enumerate(tokens)}


def _network(size: Network, numbers: Mapping[str, int], seed: int) -> Any:
    """Return a network with random weights; <pad> is the last token, as converters need it."""
    layers = {
        f"{side}_{name}": value
        for side, depth in (("encoder", size.encoder_layers), ("decoder", size.decoder_layers))
        for name, value in (
            ("layers", depth),
            ("attention_heads", size.heads),
            ("ffn_dim", size.feed_forward),
        )
    }
    pad = numbers[PAD]
    config = transformers.MarianConfig(
        vocab_size=len(numbers),
        d_model=size.width,
        **layers,
        activation_function="swish",
        max_position_embeddings=_POSITIONS,
        pad_token_id=pad,
        eos_token_id=numbers["</s>"],
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
        bos_token_id=None,
        scale_embedding=True,
        attention_dropout=0.0,
        activation_dropout=0.0,
        static_position_embeddings=True,
        init_std=0.02,
    )
    torch.manual_seed(seed)
    network = transformers.MarianMTModel(config)
    network.generation_config.update(
        num_beams=4, max_length=256, bad_words_ids=[[pad]], forced_eos_token_id=None
    )
    return network
