"""From text and a learner to trained weights: what a new model and an adapted one share."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.errors import InputError, UsageError
from workbench.training.corpus import Pair
from workbench.training.heldout import HeldOut
from workbench.training.learner import Learner
from workbench.training.sampling import POOL, Sampler, Stream
from workbench.training.state import State
from workbench.training.tokens import store
from workbench.training.trainer import Progress, Settings, Trainer

WORK = ".work"


@dataclass(frozen=True)
class Text:
    """One direction of one source of text, and its share (any positive scale) of the pairs drawn.

    The first text of a run that has pairs is the one whose readings count as epochs.
    """

    name: str
    languages: tuple[str, str]
    pairs: Iterable[Pair]
    share: float


@dataclass(frozen=True)
class Run:
    """A learner, what it shall learn from, and how. folder is where the run keeps its state.

    batch_tokens: padded tokens a side in one batch. held_out: never trained on, and generic: held
    out too, of another kind; with_chrf says whether they are translated at each check. key: what
    names this run among others. longest: tokens a side of a pair that is trained on, 0 for the
    model's limit.
    """

    learner: Learner
    texts: Sequence[Text]
    held_out: Sequence[Pair]
    settings: Settings
    batch_tokens: int
    folder: Path
    key: str
    seed: int
    generic: Sequence[Pair] = ()
    with_chrf: bool = True
    longest: int = 0


def learn(run: Run, report: Callable[[Progress], None]) -> State:
    """Train, and return the state at the end; the learner then holds the best weights.

    Raises InputError: the folder holds another run, or cannot be written to. UsageError: no pair
    fits the model. EngineError: the learning rate is too high.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    sampler = _sampler(run)
    check = HeldOut(run.learner, run.held_out, run.generic, with_chrf=run.with_chrf)
    trainer = Trainer(run.learner, sampler, run.settings, run.folder, check, report)
    return trainer.run(run.key, run.seed)


def _sampler(run: Run) -> Sampler:
    streams = []
    limit = min(run.longest or run.learner.limit, run.learner.limit)
    for number, text in enumerate(run.texts):
        rows = store(text.pairs, run.learner, run.folder / f"text{number}", limit)
        if len(rows) and text.share:
            streams.append(Stream(text.name, text.languages, rows, text.share))
    if not streams:
        raise UsageError(f"No pair of text fits the model's {limit} tokens.")
    first = streams[0]
    epoch = round(len(first.rows) * sum(stream.share for stream in streams) / first.share)
    pool = min(POOL, max(1, epoch))
    return Sampler(streams, run.batch_tokens, run.learner.pad, run.seed, pool)


def key(settings: Mapping[str, object], files: Sequence[Path]) -> str:
    """Return one SHA-256 over the settings and the contents of the files of a run."""
    parts = [json.dumps(settings, sort_keys=True, default=str), *map(digest, files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_free(out: Path) -> None:
    """Return if a model may be written to the folder, or an unfinished run stands in it.

    Raises UsageError: it holds something else, which is left alone.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file: give a folder that does not exist yet.")
    if out.is_dir() and any(out.iterdir()) and not (out / WORK).is_dir():
        raise UsageError(f"--out {out} is not empty: give a folder that does not exist yet.")


@contextmanager
def working(out: Path) -> Iterator[None]:
    """Make the folder of a run and hold it, so that no second run writes to it.

    Raises UsageError: another run holds it. InputError: it cannot be written to.
    """
    try:
        (out / WORK).mkdir(parents=True, exist_ok=True)
        with FileLock(out / WORK / "lock", timeout=0):
            yield
    except Timeout as exc:
        raise UsageError(f"Another run is at work in {out}: wait for it, or stop it.") from exc
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise InputError(
            f"{exc.filename or out} cannot be written: {exc.strerror or exc}. Make room, or choose "
            "another --out; the same command goes on where this one stopped."
        ) from exc


def clear(out: Path) -> None:
    """Remove what a finished run worked with.

    It is renamed first: a run that is killed here is finished, and not begun anew.
    """
    done = (out / WORK).rename(out / f"{WORK}-done")
    shutil.rmtree(done, ignore_errors=True)
