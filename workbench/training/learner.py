"""A Marian checkpoint that is being trained: its network, its way with text, its loss, its files.

It translates through the same engine as everywhere else, so what is measured during a training
is what a user will get.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch.nn import functional

from workbench.catalogue import Model
from workbench.engines.hf import HFEngine
from workbench.errors import InputError, ModelError
from workbench.training.corpus import Pair
from workbench.training.sampling import pad
from workbench.types import Decoding, Hypothesis

# GitHub and many mail servers refuse larger files; the loaders put the parts together.
SHARD = "15MB"
# What stays as the base has it: how text is read and written must not change.
_KEPT = (
    "config.json",
    "generation_config.json",
    "source.spm",
    "target.spm",
    "vocab.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


class Learner(HFEngine):
    """An engine whose network learns. precision: "auto", "bf16" or "float32" arithmetic."""

    def __init__(self, model: Model, *, dropout: float, precision: str = "auto") -> None:
        if model.family != "marian":
            raise ModelError(
                f"Model {model.name!r} is of family {model.family!r}: only Marian checkpoints can "
                "be trained. See `workbench models`: trilingual-small and the opus-mt models are."
            )
        super().__init__(model)
        if not getattr(self._network.config, "share_encoder_decoder_embeddings", True):
            raise ModelError(f"Model {model.name!r} has two vocabularies and cannot be trained.")
        self._network.float()
        _set_dropout(self._network, dropout)
        self._half = precision == "bf16" or (precision == "auto" and _has_bf16(self._device))

    def _precision(self) -> torch.dtype:
        # Small steps are lost in halves, and a checkpoint in 32 bits would be rounded.
        return torch.float32

    @property
    def network(self) -> Any:
        """Return the transformers model."""
        return self._network

    @property
    def folder(self) -> Path:
        """Return the folder of the checkpoint that it began as."""
        assert self._model.path is not None
        return self._model.path

    @property
    def size(self) -> int:
        """Return the number of parameters that learn."""
        return sum(p.numel() for p in self._network.parameters() if p.requires_grad)

    @property
    def device(self) -> str:
        """Return "cuda" or "cpu"."""
        return self._device

    @property
    def pad(self) -> int:
        """Return the number of <pad>."""
        return self._pad

    def encode(self, pairs: Sequence[Pair]) -> list[tuple[list[int], list[int]]]:
        """Return (source, target) token numbers per pair, as the model reads and writes them.

        Raises UsageError: the model cannot be told the languages of a pair.
        """
        for languages in dict.fromkeys(pair.languages for pair in pairs):
            self._convention.require(*languages)
        return [self._row(pair) for pair in pairs]

    def fitting(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs of which no side is over the limit."""
        rows = zip(pairs, self.encode(pairs), strict=True)
        return [pair for pair, row in rows if max(map(len, row)) <= self.limit]

    def _row(self, pair: Pair) -> tuple[list[int], list[int]]:
        tokens = self._convention.encode(pair.source, *pair.languages)
        target = [*self._convention.coder.target_pieces(pair.target), self._convention.frame.eos]
        return self._numbers(tokens), self._numbers(target)

    def _numbers(self, tokens: Sequence[str]) -> list[int]:
        return [self._ids.get(token, self._unk) for token in tokens]

    def loss(
        self, sources: torch.Tensor, targets: torch.Tensor, smoothing: float = 0.0
    ) -> torch.Tensor:
        """Return the mean cross-entropy per target token, padding and unknown tokens left out.

        sources (rows, S) and targets (rows, T) are token numbers, padded. The distribution over
        the vocabulary is made only where a token stands, which halves the work.
        """
        start = self._network.generation_config.decoder_start_token_id
        given = torch.cat([targets.new_full((len(targets), 1), start), targets[:, :-1]], 1)
        # Decoding never says <unk>: what a vocabulary cannot spell must not be learnt as that.
        real = (targets != self._pad) & (targets != self._unk)
        with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            hidden = self._network.model(
                input_ids=sources,
                attention_mask=(sources != self._pad).long(),
                decoder_input_ids=given,
                use_cache=False,
            )[0]  # (rows, T, width)
            logits = self._network.lm_head(hidden[real]) + self._network.final_logits_bias
        return functional.cross_entropy(  # logits: (tokens, vocab)
            logits.float(), targets[real], label_smoothing=smoothing
        )

    def tensors(self, *tables: Any) -> list[torch.Tensor]:
        """Return numpy tables of token numbers as tensors on the learner's device."""
        return [torch.from_numpy(table).to(self._device) for table in tables]

    def held_out_loss(self, pairs: Sequence[Pair], rows: int = 64) -> float:
        """Return the mean cross-entropy per target token over fitting pairs, without dropout."""
        encoded = sorted(self.encode(pairs), key=lambda row: len(row[1]))
        total = count = 0.0
        with self.at_rest():
            for first in range(0, len(encoded), rows):
                sources, targets = zip(*encoded[first : first + rows], strict=True)
                x, y = self.tensors(pad(sources, self._pad), pad(targets, self._pad))
                tokens = float((y != self._pad).sum())
                total += float(self.loss(x, y)) * tokens
                count += tokens
        return total / count

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order, as an engine does, without dropout."""
        with self.at_rest():
            return super().translate(texts, source, target, decoding)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Switch dropout and gradients off, and on again as they were."""
        training = self._network.training
        self._network.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self._network.train(training)

    def settle(self) -> None:
        """Zero the pad row, from which Marian decoding starts: converters rely on it."""
        with torch.no_grad():
            self._network.get_input_embeddings().weight[self._pad] = 0

    def weights(self) -> dict[str, torch.Tensor]:
        """Return a copy of the weights, in 32 bits; a table that several layers share, once."""
        named: dict[int, str] = {}
        everything = self._network.state_dict().items()
        own = ((k, v) for k, v in everything if named.setdefault(v.data_ptr(), k) == k)
        return {name: value.detach().float().clone() for name, value in own}

    def load(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Take weights that `weights` returned."""
        # Not strict: the other names of a shared table are missing.
        self._network.load_state_dict(weights, strict=False)

    def save(self, folder: Path) -> None:
        """Write a checkpoint: safetensors in halves, in parts up to 15 MB, and the tokenizer.

        Raises InputError: the folder cannot be written to.
        """
        exact = self.weights()
        try:
            self._write(folder)
        except (OSError, SafetensorError) as exc:
            raise InputError(f"The model cannot be written to {folder} ({exc}).") from exc
        finally:
            self._network.float()
            self.load(exact)

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.safetensors*"):
            old.unlink()
        self._network.half().save_pretrained(folder, max_shard_size=SHARD)
        for name in _KEPT:
            if (self.folder / name).is_file():
                shutil.copy(self.folder / name, folder / name)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        config["dtype"] = "float16"
        config.pop("torch_dtype", None)  # the name of "dtype" in older checkpoints
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        for part in folder.glob("*.safetensors"):
            # Written for nobody else; the other files have the mode that new files have here.
            part.chmod((folder / "config.json").stat().st_mode)


def _set_dropout(network: Any, dropout: float) -> None:
    """Set the dropout of every layer; transformers keeps it as a number in each module."""
    network.config.dropout = dropout
    for module in network.modules():
        if isinstance(getattr(module, "dropout", None), float):
            module.dropout = dropout


def _has_bf16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
