"""What a run must remember to go on after it was killed, in one file that is replaced whole.

The file holds up to five copies of the weights in 32 bits: as they are, two of the optimizer, the
best and their running mean; 16 to 20 bytes for each parameter, and twice that while it is
replaced. A run has as many in memory.
"""

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from workbench.errors import InputError
from workbench.training.sampling import Place

STATE = "state.pt"
# What reading half a file, or one of another program, raises.
_DAMAGE = (
    OSError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


@dataclass
class State:
    """Where a run stands. seconds: of training, checks left out.

    best is the highest score of a check so far, best_weights what had it, and best_share how much
    of them was learnt in this run; average is a running mean of the weights over the cool-down;
    stale counts the checks since the best of what is learnt, whose score is `learnt`, and
    checked_step is the step of the last one. diverged says that the loss became no number.
    """

    place: Place
    key: str
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best: float = float("-inf")
    best_step: int = 0
    best_share: float = 1.0
    checked_step: int = -1
    learnt: float = float("-inf")
    stale: int = 0
    diverged: bool = False
    log: list[dict[str, Any]] = field(default_factory=list)
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    average: dict[str, torch.Tensor] = field(default_factory=dict)


def write(folder: Path, state: State, network: Mapping[str, Any], optimizer: Any) -> None:
    """Write the state; a crash while writing leaves the one before.

    Raises InputError: there is no room, or the folder cannot be written to.
    """
    values = vars(state) | {"place": vars(state.place)}
    everything = {
        "state": values,
        "network": dict(network),
        "optimizer": optimizer.state_dict(),
        "random": _random(),
    }
    part = folder / f"{STATE}.part"
    try:
        with part.open("wb") as file:
            torch.save(everything, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / STATE)
    except (OSError, RuntimeError) as exc:
        # What was written of it would fill the disk for the next try.
        part.unlink(missing_ok=True)
        raise InputError(
            f"{part} cannot be written ({exc}). Make room for {_size(network):,} MB; the same "
            "command then goes on from the state before."
        ) from exc


def read(folder: Path, key: str, network: Any, optimizer: Any) -> State | None:
    """Return the state of a run with this key and put it into network and optimizer, or None.

    Raises InputError: the folder holds a run of other text or settings, or a damaged state.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        values = stored["state"] | {"place": Place(**stored["state"]["place"])}
        state = State(**values)
    except _DAMAGE as exc:
        raise InputError(f"{path} is damaged: delete it to begin anew.") from exc
    if state.key != key:
        raise InputError(
            f"{folder} holds an unfinished run with other text or settings. Give it the same ones "
            "to go on, choose another --out, or delete the folder."
        )
    network.load_state_dict(stored["network"])
    optimizer.load_state_dict(stored["optimizer"])
    torch.set_rng_state(stored["random"]["cpu"])
    if "cuda" in stored["random"] and torch.cuda.is_available():
        torch.cuda.set_rng_state(stored["random"]["cuda"])
    return state


def _size(network: Mapping[str, Any]) -> int:
    """Return about how many megabytes a state takes."""
    shared = {tensor.data_ptr(): tensor.numel() for tensor in network.values()}
    return 20 * int(sum(shared.values())) // 10**6 + 1


def _random() -> dict[str, torch.Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states
