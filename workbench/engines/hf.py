"""The reference engine: transformers and torch. Slower than ct2 on a CPU, and able to run all.

A checkpoint that writes summaries is loaded, told its text and run by the same `Checkpoint`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
import transformers

from workbench.catalogue import Model
from workbench.engines import conventions, folder
from workbench.errors import EngineError, ModelError
from workbench.types import Decoding, Hypothesis

# Source tokens, padding counted, that go through the model at once.
_BATCH = 2048
# Floats of log-probabilities that are held at once when hypotheses are scored (256 MB).
_SCORED = 64_000_000


class Checkpoint(conventions.Measured):
    """A local checkpoint run with generate(). reason says why no faster engine serves it."""

    def __init__(self, model: Model, *, reason: str = "") -> None:
        if model.path is None:
            raise ModelError(
                f"Model {model.name!r} is not installed: workbench models pull {model.name}."
            )
        folder.check(model.path)
        self._model, self._reason, self._notes = model, reason, list[str]()
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = self._load(model)
        self._generation = self._network.generation_config
        self._convention = self._open_tokenizer(model)
        self._settle_generation()
        if model.family == "marian":
            self._zero_pad_rows()

    @property
    def settings(self) -> dict[str, str]:
        """Return engine, versions, device, precision, and what was changed on loading."""
        settings = {
            "engine": f"hf {transformers.__version__} torch {torch.__version__}",
            "device": self._device,
            "precision": str(self._network.dtype).removeprefix("torch."),
        }
        if self._reason:
            settings["reason"] = self._reason
        return settings | ({"notes": "; ".join(self._notes)} if self._notes else {})

    def generate(
        self,
        texts: Sequence[str],
        languages: tuple[str, str],
        decoding: Decoding,
        *,
        least: int = 1,
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order; blank texts are answered with "".

        languages are those of source and target; least is the fewest tokens of an answer.
        Raises UsageError: the model does not know the pair. EngineError: the model failed, or a
        text is over `limit`.
        """
        unique = list(dict.fromkeys(text for text in texts if text.strip()))
        encoded = self._convention.encode_all(unique, *languages)
        rows = [[self._ids.get(t, self._unk) for t in tokens] for tokens in encoded]
        done: dict[str, Hypothesis] = {}
        for batch in _batches(rows):
            try:
                found = self._run([rows[i] for i in batch], languages[1], decoding, least)
            except (RuntimeError, ValueError, IndexError) as exc:
                first = unique[batch[0]][:40]
                raise EngineError(f"Model {self._model.name!r} failed at {first!r}: {exc}") from exc
            done |= zip((unique[i] for i in batch), found, strict=True)
        return [done.get(text, Hypothesis("")) for text in texts]

    def _load(self, model: Model) -> Any:
        transformers.logging.disable_progress_bar()
        try:
            network = transformers.AutoModelForSeq2SeqLM.from_pretrained(
                model.path,
                dtype=self._precision(),
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
            )
        except (OSError, ValueError, RuntimeError, KeyError) as exc:
            raise ModelError(
                f"Model {model.name!r} in {model.path} cannot be loaded: {exc}"
            ) from exc
        return network.to(self._device).eval()

    def _precision(self) -> torch.dtype:
        if self._device == "cpu":
            return torch.float32  # a half-precision checkpoint would run in halves, and slowly
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16

    def _open_tokenizer(self, model: Model) -> conventions.Convention:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            model.path, local_files_only=True, trust_remote_code=False
        )
        self._ids = conventions.vocabulary_of(tokenizer)
        self._tokens = {i: token for token, i in self._ids.items()}
        forced = self._generation.forced_bos_token_id
        single = model.target != "forced_bos" and forced is not None
        frame = conventions.frame_of(model, tokenizer, self._tokens[forced] if single else "")
        self._unk, self._eos = self._ids[frame.unk], self._ids[frame.eos]
        self._pad = self._ids[str(tokenizer.pad_token)]
        backend = getattr(tokenizer, "backend_tokenizer", None)
        specification = backend.to_str() if backend is not None else ""
        assert model.path is not None
        coder = conventions.open_coder(model.path, frame, specification)
        return conventions.Convention(model, coder, frame, self._ids.__contains__)

    def _settle_generation(self) -> None:
        """Keep the checkpoint's start token only: `Decoding` says the rest.

        A stored max_length would warn at every call, a forced end token hide a cut sentence.
        """
        stored = self._generation.decoder_start_token_id
        start = self._network.config.decoder_start_token_id if stored is None else stored
        self._network.generation_config = transformers.GenerationConfig(
            decoder_start_token_id=start,
            pad_token_id=self._pad,
            eos_token_id=self._eos,
            suppress_tokens=sorted({self._unk, self._pad} - {self._eos}),
        )

    def _zero_pad_rows(self) -> None:
        """Zero the embedding that Marian decoding starts from, as Marian itself does.

        Some fine-tuned checkpoints have a trained one, and then no two programs agree.
        """
        base = self._network.model
        for table in (base.shared, base.encoder.embed_tokens, base.decoder.embed_tokens):
            if table is not None and table.weight[self._pad].any():
                with torch.no_grad():
                    table.weight[self._pad] = 0
                self._notes = ["pad row zeroed"]

    def _run(
        self, rows: list[list[int]], target: str, decoding: Decoding, least: int
    ) -> list[Hypothesis]:
        width = max(map(len, rows))
        padded = [row + [self._pad] * (width - len(row)) for row in rows]
        ids = torch.tensor(padded, device=self._device)  # (batch, width)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        mask = mask.to(self._device)
        prefix = [self._ids[token] for token in self._convention.target_prefix(target)]
        with torch.inference_mode():
            search = _search(self._feasible(decoding), prefix, least)
            output = self._network.generate(input_ids=ids, attention_mask=mask, **search)
            scores = self._scores(ids, mask, output, len(prefix), decoding.n_best)
        return self._hypotheses(output.tolist(), scores, len(prefix), decoding.n_best)

    def _feasible(self, decoding: Decoding) -> Decoding:
        """Return the decoding with an output no longer than the network has positions for."""
        positions = getattr(self._network.config, "max_position_embeddings", decoding.max_length)
        return replace(decoding, max_length=min(decoding.max_length, positions - 2))

    def _scores(
        self, ids: torch.Tensor, mask: torch.Tensor, output: torch.Tensor, told: int, n_best: int
    ) -> list[float]:
        """Return the mean log-probability per token of each row of output (batch * n_best, len).

        The model reads its own output once more: the scores that a search leaves behind are
        divided by a power of the length, and keep the whole vocabulary of every step in memory.
        """
        ids, mask = ids.repeat_interleave(n_best, 0), mask.repeat_interleave(n_best, 0)
        step = max(1, _SCORED // (output.shape[1] * self._network.config.vocab_size))
        means: list[float] = []
        for i in range(0, len(output), step):
            rows = output[i : i + step]
            logits = self._network(
                input_ids=ids[i : i + step],
                attention_mask=mask[i : i + step],
                decoder_input_ids=rows[:, :-1],
                use_cache=False,
            ).logits.float()  # (rows, len - 1, vocab)
            labels = rows[:, 1:]
            picked = logits.gather(2, labels.unsqueeze(2)).squeeze(2) - logits.logsumexp(2)
            # Behind the end token stands padding, or (where <pad> is number 0) more end tokens.
            ends = (labels == self._eos).long()
            counted = (labels != self._pad) & (ends.cumsum(1) - ends == 0)
            counted[:, :told] = False
            means += (picked.where(counted, 0).sum(1) / counted.sum(1).clamp(min=1)).tolist()
        return [min(0.0, mean) for mean in means]

    def _hypotheses(
        self, output: list[list[int]], scores: list[float], told: int, n_best: int
    ) -> list[Hypothesis]:
        single = []
        for row, score in zip(output, scores, strict=True):
            # Vocabularies are padded: some numbers have no token.
            tokens = [self._tokens.get(i, "") for i in row[1 + told :] if i != self._pad]
            text = self._convention.decode(tokens)
            # Some families start with the end token: only later ones end the sentence.
            single.append(Hypothesis(text, score, truncated=self._eos not in row[1 + told :]))
        groups = [single[i : i + n_best] for i in range(0, len(single), n_best)]
        return [
            Hypothesis(best.text, best.score, best.truncated, tuple(others))
            for best, *others in groups
        ]


class HFEngine(Checkpoint):
    """A checkpoint that translates."""

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order; blank texts are answered with "".

        Raises UsageError: the model does not know the pair. EngineError: the model failed, or a
        text is over `limit`.
        """
        return self.generate(texts, (source, target), decoding)


def _search(decoding: Decoding, prefix: Sequence[int], least: int) -> dict[str, Any]:
    """Return the arguments of generate() that mean what `Decoding` says.

    The search stops as CTranslate2's does, when a beam's worth of sentences is finished.
    """
    beam = max(decoding.beam, decoding.n_best)
    options: dict[str, Any] = {
        "num_beams": beam,
        "num_return_sequences": decoding.n_best,
        "do_sample": False,
        "max_new_tokens": decoding.max_length + len(prefix),
        "min_new_tokens": max(1, min(least, decoding.max_length)) + len(prefix),
        "repetition_penalty": decoding.repetition_penalty,
        "no_repeat_ngram_size": decoding.no_repeat_ngram,
    }
    if beam > 1:
        options |= {"length_penalty": decoding.length_penalty, "early_stopping": True}
    return options | ({"forced_bos_token_id": prefix[0]} if prefix else {})


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the numbers of rows of like length, up to _BATCH tokens together."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: -len(rows[i])):
        widest = len(rows[batch[0]]) if batch else len(rows[i])
        if batch and widest * (len(batch) + 1) > _BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
