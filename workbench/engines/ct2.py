"""The engine for every day: CTranslate2, int8 on a CPU. Neither torch nor transformers runs.

A checkpoint is converted at its first use (workbench.engines.conversion).
"""

import os
from collections.abc import Sequence
from typing import Any

import ctranslate2

from workbench.catalogue import Model
from workbench.engines import conventions, conversion
from workbench.errors import EngineError, ModelError
from workbench.types import Decoding, Hypothesis

# Source tokens, padding counted, in one batch of a worker.
_BATCH = 512


class CT2Engine(conventions.Measured):
    """A converted checkpoint. compute_type: "int8", "float32" …; None takes the device's best.

    inter: batches worked on at once; intra: threads within one batch; 0 takes one batch per core.
    On two cores that was the fastest of {1,2} x {1,2} for 8 and for 190 million parameters (0.37 s
    against 0.51 to 0.75 s; 1.12 s against 1.12 to 2.09 s), and it suffers least from other load.
    """

    def __init__(
        self, model: Model, *, compute_type: str | None = None, inter: int = 0, intra: int = 0
    ) -> None:
        if model.path is None:
            raise ModelError(
                f"Model {model.name!r} is not installed: workbench models pull {model.name}."
            )
        self._model = model
        self._device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        self._compute_type = compute_type or _best_type(self._device)
        workers = _cores() if self._device == "cpu" else 1
        self._threads = {"inter_threads": inter or workers, "intra_threads": intra or 1}
        path = conversion.converted(model, self._compute_type)
        frame, known = conversion.frame(path), conversion.vocabulary(path)
        coder = conventions.open_coder(path, frame)
        self._eos = frame.eos
        self._convention = conventions.Convention(model, coder, frame, known.__contains__)
        try:
            self._translator = ctranslate2.Translator(
                str(path), device=self._device, compute_type=self._compute_type, **self._threads
            )
        except (RuntimeError, ValueError, LookupError) as exc:
            raise EngineError(f"CTranslate2 cannot load model {model.name!r}: {exc}") from exc

    @property
    def settings(self) -> dict[str, str]:
        """Return engine, version, device and precision; threads change no result."""
        return {
            "engine": f"ct2 {ctranslate2.__version__}",
            "device": self._device,
            "precision": self._translator.compute_type,
        }

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order; blank texts are answered with "".

        Raises UsageError: the model does not know the pair. EngineError: the model failed, or a
        text is over `limit`.
        """
        unique = list(dict.fromkeys(text for text in texts if text.strip()))
        encoded = self._convention.encode_all(unique, source, target)
        prefix = self._convention.target_prefix(target)
        try:
            results = self._translator.translate_batch(
                encoded,
                target_prefix=[prefix] * len(encoded) if prefix else None,
                max_batch_size=self._batch_size(encoded),
                **_search(decoding, len(prefix)),
            )
        except (RuntimeError, ValueError) as exc:
            raise EngineError(
                f"Model {self._model.name!r} failed at {unique[0][:40]!r}: {exc}"
            ) from exc
        found = [self._hypothesis(r, len(prefix), decoding.length_penalty) for r in results]
        done = dict(zip(unique, found, strict=True))
        return [done.get(text, Hypothesis("")) for text in texts]

    def _batch_size(self, encoded: Sequence[Sequence[str]]) -> int:
        """Return how many tokens go in one batch: at most _BATCH, and work for two workers.

        However many there are: what is translated beside what can change the last digit of a score,
        and the same texts must come out the same on every machine.
        """
        longest = max(map(len, encoded), default=1)
        share = sum(map(len, encoded)) // 2 + longest
        return max(longest, min(_BATCH, share))

    def _hypothesis(self, result: Any, told: int, length_penalty: float) -> Hypothesis:
        single = [
            self._single(tokens, score, told, length_penalty)
            for tokens, score in zip(result.hypotheses, result.scores, strict=True)
        ]
        best, *others = single
        return Hypothesis(best.text, best.score, best.truncated, tuple(others))

    def _single(
        self, tokens: Sequence[str], score: float, told: int, length_penalty: float
    ) -> Hypothesis:
        """Return one hypothesis, with the mean log-probability in place of CTranslate2's score.

        That score is the sum divided by length ** length_penalty, control tokens counted.
        """
        length = len(tokens)
        total = score * length**length_penalty
        mean = min(0.0, total / max(1, length - told))
        text = self._convention.decode(tokens[told:])
        return Hypothesis(text, mean, truncated=self._eos not in tokens[told:])


def _search(decoding: Decoding, told: int) -> dict[str, Any]:
    """Return the arguments of translate_batch() that mean what `Decoding` says."""
    return {
        "beam_size": max(decoding.beam, decoding.n_best),
        "num_hypotheses": decoding.n_best,
        # At exactly 0, CTranslate2 stops at the first finished sentence, whatever the beam.
        "length_penalty": decoding.length_penalty or 1e-9,
        "repetition_penalty": decoding.repetition_penalty,
        "no_repeat_ngram_size": decoding.no_repeat_ngram,
        "max_decoding_length": decoding.max_length + told,
        "min_decoding_length": 1 + told,
        "max_input_length": 0,
        "disable_unk": True,
        "return_scores": True,
        "return_end_token": True,
        "batch_type": "tokens",
    }


def _best_type(device: str) -> str:
    supported = ctranslate2.get_supported_compute_types(device)
    preferred = ("float16", "float32") if device == "cuda" else ("int8", "float32")
    return next(name for name in preferred if name in supported)


def _cores() -> int:
    """Return the number of processor cores this process may use.

    OMP_NUM_THREADS is what who started it allows: Ray and pools of several engines set it.
    """
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(allowed))) if allowed.isdecimal() else cores
