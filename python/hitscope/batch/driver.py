"""`run`: plan what is missing, have an engine compute it, try again what failed, sum up.

The driver holds no track: the manifest's footer, and a number for each shard that is missing. When nothing is
missing no engine is started.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from .description import Refused, Task, agree, described
from .engines import Engine
from .manifest import Manifest, open_cached
from .progress import Progress
from .shard import Outcome, finished, shard_numbered
from .storage import TEMPORARY_PREFIX, is_s3, join

RETRIES = 2
_LOOKERS = 16  # footers looked at at a time: on S3 each is a journey
_CHUNK = 1024


class Interrupted(Exception):
    """A signal asked the driver to end; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


@dataclass
class Summary:
    """What a run came to.

    Attributes
    ----------
    shards, files : int
        In the manifest.
    kept : int
        Shards that were there before.
    counts : dict of str to int
        Tracks by status, of all shards that have a result.
    bad : dict of int to str
        Shards without one, and why.
    """

    shards: int
    files: int
    kept: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As `hitscope-batch run` prints it."""
        bad = [{"shard": shard, "reason": reason} for shard, reason in sorted(self.bad.items())]
        return {"shards": self.shards, "kept": self.kept, "files": self.files, **self.counts, "bad": bad}


def run(
    task: Task,
    make_engine: Callable[[], Engine],
    *,
    retries: int = RETRIES,
    progress: str = "auto",
    say: Callable[[str], None] = lambda _text: None,
) -> Summary:
    """Have all shards of a manifest computed that are not there yet.

    Parameters
    ----------
    task : Task
        Manifest, output and options; its description is learnt here.
    make_engine : callable
        Called only if something is missing.
    retries : int
        How often a shard that failed is tried again, after all others.
    progress : str
        See `Progress`.
    say : callable
        Told what a person should know, a sentence at a time.

    Returns
    -------
    Summary
        With the shards that stayed bad.

    Raises
    ------
    Refused, ManifestError, WorkerRefused
        The run must not begin or go on.
    Interrupted
        By SIGINT or SIGTERM; the workers are stopped, finished shards stay.
    """
    manifest = open_cached(task.manifest, task.storage)
    task = described(task, manifest)
    agree(task)
    report = Progress(progress, manifest.files, manifest.shards)
    try:
        missing = _plan(task, manifest, report)
        bad: dict[int, str] = {}
        if missing:
            with _interruptible():
                bad = _compute(task, missing, make_engine(), retries, report, say)
    finally:
        report.close()
    return Summary(report.shards, report.files, report.shards_kept, report.counts, bad)


def _plan(task: Task, manifest: Manifest, report: Progress) -> list[int]:
    """The shards without a valid result, in order."""
    there = set()
    for name in task.storage.names(task.out):
        number = shard_numbered(name)
        if number is not None:
            there.add(number)
        elif name.startswith(TEMPORARY_PREFIX) and not is_s3(task.out):
            task.storage.remove(join(task.out, name))  # of a process that is dead, or soon will be useless
    beyond = [number for number in there if number >= manifest.shards]
    if beyond:
        raise Refused(f"{task.out} holds {len(beyond)} shards that the manifest does not have.")
    missing = [shard for shard in range(manifest.shards) if shard not in there]
    with ThreadPoolExecutor(_LOOKERS) as pool:
        numbers = sorted(there)
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            found = pool.map(lambda shard: finished(task, shard, manifest.rows_of(shard)), chunk)
            for shard, counts in zip(chunk, found, strict=True):
                if counts is None:
                    missing.append(shard)
                else:
                    report.shard_done(counts, kept=True)
            report.tick()
    return sorted(missing)


def _compute(
    task: Task, missing: list[int], engine: Engine, retries: int, report: Progress, say: Callable[[str], None]
) -> dict[int, str]:
    """Shards that stayed bad, and why."""
    try:
        engine.start(task)
        if len(missing) < engine.workers() and report.shards < engine.workers():
            say(
                f"{engine.workers()} workers have {len(missing)} shards to do; "
                "a manifest with smaller shards (--files-per-shard) would keep all of them busy."
            )
        for attempt in range(retries + 1):
            failed: dict[int, str] = {}
            for outcome in engine.outcomes(task, missing):
                if outcome is not None:
                    _enter(outcome, failed, report)
                report.tick(engine.tracks_done())
            report.shards_failed = len(failed)
            if not failed:
                return {}
            missing = sorted(failed)
            first = failed[missing[0]]
            again = "" if attempt == retries else "; they are tried again"
            say(f"{len(failed)} shards failed{again}. Shard {missing[0]}: {first}")
        return failed
    finally:
        engine.stop()


def _enter(outcome: Outcome, failed: dict[int, str], report: Progress) -> None:
    if outcome.failure is None:
        report.shard_done(outcome.counts)
    elif outcome.refused:
        raise Refused(outcome.failure)
    else:
        failed[outcome.shard] = outcome.failure


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGINT and SIGTERM raise Interrupted in the main thread, once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for each in former:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in former:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
