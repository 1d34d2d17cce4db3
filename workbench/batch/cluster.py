"""Units of text through engines on a Ray cluster: the same callable, the same outputs.

Ray Data maps an actor pool over the units; an actor holds one engine. Store, planning, reading and
writing stay with the process that runs the job. docs/cluster.md says how to set one up.
"""

import logging
import pickle
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.batch.pool import Done, Unit
from workbench.batch.translator import Translator
from workbench.errors import EngineError, ModelError, UsageError, WorkbenchError
from workbench.evaluation.process import Translated
from workbench.pipeline import Options
from workbench.routing import Route

if TYPE_CHECKING:
    import numpy as np

# Units of one dataset. They lie in the cluster's memory, and the next ones wait for them.
_AT_ONCE = 512
_PATIENCE = 5.0
_MISSING = (
    "Translating on a cluster needs Ray, an extra: pip install 'translation-workbench[ray]' "
    "-c constraints.txt, on every machine of it."
)
Batch = dict[str, "np.ndarray[Any, Any]"]


class RayTranslator:
    """An engine in an actor of Ray Data: rows of pickled units in, rows of translations out."""

    def __init__(self, options: Options, load: str) -> None:
        self._translator = Translator(options, load)

    def __call__(self, batch: Batch) -> dict[str, list[Any]]:
        """Return the numbers of the units, and for each its translations or what went wrong."""
        made = [pickle.dumps(self._outcome(pickle.loads(unit))) for unit in batch["unit"]]
        return {"number": list(batch["number"]), "outcome": made}

    def _outcome(self, unit: Unit) -> Translated | tuple[str, int]:
        try:
            return self._translator(unit.route, unit.texts)
        except WorkbenchError as error:
            return str(error), error.exit_code


class RayPool:
    """Engines on a cluster, one per processor that it has; `address` "auto" finds it.

    "local" makes a cluster of this machine for the time of the job.
    """

    def __init__(self, options: Options, load: str, address: str, size: int = 0) -> None:
        self._options, self._load, self._size = options, load, size
        self._ray = _connected(address)

    def facts(self, route: Route) -> Translated:
        """Return the settings of an engine on the cluster and the warnings of its self-test.

        Raises UsageError, ModelError, EngineError: it cannot be opened there, or is broken.
        """
        (done,) = self._through([Unit(0, route, ())])
        return done[1]

    def translate(self, units: Iterable[Unit]) -> Iterator[Done]:
        """Yield each unit with its translations as they come, in any order.

        An actor or a machine that dies is replaced and its unit sent again.
        Raises ModelError, UsageError, EngineError: the model cannot be run on the cluster.
        """
        waiting = iter(units)
        while some := list(islice(waiting, _AT_ONCE)):
            for unit, translated in self._through(some):
                yield unit, translated.translations

    def close(self) -> None:
        """Leave the cluster; what is in work there ends."""
        with suppress(Exception):
            self._ray.shutdown()

    def _through(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, Translated]]:
        rows = [{"number": n, "unit": pickle.dumps(unit)} for n, unit in enumerate(units)]
        data = self._ray.data.from_items(rows, override_num_blocks=len(rows))
        # A unit is large enough to be sent by itself, and small enough to be sent again.
        mapped = data.map_batches(
            RayTranslator,
            batch_size=1,
            compute=self._ray.data.ActorPoolStrategy(size=min(self._actors(), len(rows))),
            fn_constructor_args=(self._options, self._load),
            num_cpus=1,
        )
        try:
            for batch in mapped.iter_batches(batch_size=1, prefetch_batches=0):
                for number, outcome in zip(batch["number"], batch["outcome"], strict=True):
                    yield units[number], _received(pickle.loads(outcome))
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1]
            raise EngineError(f"The cluster could not go on: {reason}") from error

    def _actors(self) -> int:
        return self._size or max(1, int(self._ray.cluster_resources().get("CPU", 1)))


def _reach(address: str) -> None:
    """Raises OSError: nobody listens there. Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), _PATIENCE).close()


def _received(outcome: Translated | tuple[str, int]) -> Translated:
    if isinstance(outcome, Translated):
        return outcome
    reason, code = outcome
    raise {2: UsageError, 4: ModelError}.get(code, EngineError)(reason)


def _connected(address: str) -> Any:
    """Return the module of Ray, joined to a cluster.

    Raises UsageError: Ray is not installed, or there is no cluster at the address.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError(_MISSING) from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        _reach(address)
        ray.init(
            address=None if address == "local" else address,
            logging_level=logging.ERROR,
            log_to_driver=False,
            include_dashboard=False if address == "local" else None,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"There is no Ray cluster at {address!r} ({error}). Begin one with ray start --head, "
            "or use --ray local."
        ) from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    return ray
