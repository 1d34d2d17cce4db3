"""Whether the process that claimed a job still lives: by its number, its start and its machine."""

import datetime
import os
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
# What another machine runs cannot be asked; it writes at least after each unit of texts.
_SILENCE = datetime.timedelta(minutes=10)


def birth(pid: int) -> str:
    """Return what tells a process from a later one of its number; "" where it is dead or unknown.

    It is the machine's start and the process's own, in clock ticks since then.
    """
    try:
        # The name in brackets may hold blanks and brackets of its own.
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    state, start = fields[0], fields[19]
    # A zombie has died; only its parent has not looked yet.
    return "" if state in (b"Z", b"X") else f"{boot}/{start.decode()}"


def lives(pid: int, born: str) -> bool:
    """Say whether that process of this machine is alive; born is what `birth` said of it."""
    if _PROC.is_dir() and born:
        return birth(pid) == born
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def silent(changed: str, now: str) -> bool:
    """Say whether a process of another machine has said nothing for ten minutes.

    changed and now are times as `manifest.now` gives them.
    """
    return _time(now) - _time(changed) > _SILENCE


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
