"""`run_shard`: one row group of the manifest in, one Parquet file out. All engines are ways to call it.

The result ``shard-NNNNNNN.parquet`` is also the checkpoint. It appears whole or not at all, and its metadata
name the run, so a shard that is there and valid is never computed again, whoever asks. It has a row for every
track of the row group, in the same order, whatever became of the track.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .child import Supervisor, WorkerRefused
from .description import Refused, Task, check_greeting
from .fetch import Unreachable, fetched
from .manifest import ManifestError, open_cached
from .schema import OK, STATUSES, count_statuses, failed_row, row_of, table_of
from .storage import join

_NAME = re.compile(r"shard-(\d{7,})\.parquet")
_COUNTS = b"hitscope.statuses"
_RUN = b"hitscope.run"
_SHARD = b"hitscope.shard"


def shard_name(shard: int) -> str:
    """The file of a shard's result."""
    return f"shard-{shard:07d}.parquet"


def shard_numbered(name: str) -> int | None:
    """The shard whose result a file is; None for other files."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


@dataclass(frozen=True)
class Outcome:
    """What became of a shard.

    Attributes
    ----------
    shard : int
        Its number.
    counts : dict of str to int
        How many tracks have which status; empty where it failed.
    kept : bool
        It was there already.
    seconds : float
        On the clock, 0 where it was kept.
    failure : str, optional
        Why there is no result, in words for people.
    refused : bool
        It is no use to try again.
    """

    shard: int
    counts: dict[str, int] = field(default_factory=dict)
    kept: bool = False
    seconds: float = 0.0
    failure: str | None = None
    refused: bool = False


def finished(task: Task, shard: int, rows: int) -> dict[str, int] | None:
    """The counts of statuses of a shard that is there and valid, else None.

    Parameters
    ----------
    task : Task
        The run that it must belong to.
    shard : int
        Its number.
    rows : int
        How many it must have.

    Raises
    ------
    OSError
        The output cannot be read.
    """
    try:
        with task.storage.open_random(join(task.out, shard_name(shard))) as file:
            footer = pq.read_metadata(file)
    except FileNotFoundError:
        return None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None  # cut short or damaged by something else than us
    except OSError as error:
        # Thrift's errors on a damaged footer are OSErrors without a number.
        if error.errno is None and "thrift" in str(error).lower():
            return None
        raise
    facts = footer.metadata or {}
    right = facts.get(_RUN) == task.run_id.encode() and facts.get(_SHARD) == str(shard).encode()
    if not right or footer.num_rows != rows:
        return None
    try:
        counts = json.loads(facts[_COUNTS])
        return {status: int(counts[status]) for status in STATUSES}
    except (KeyError, ValueError):
        return None


def run_shard(
    task: Task, shard: int, supervisor: Supervisor, on_track: Callable[[str], None] = lambda _status: None
) -> Outcome:
    """Compute one shard, unless its result is there.

    Parameters
    ----------
    task : Task
        The run.
    shard : int
        Which row group of the manifest, from 0.
    supervisor : Supervisor
        Of the worker that measures; stays usable.
    on_track : callable
        Told the status of each track as soon as it is known.

    Returns
    -------
    Outcome
        Never with a failure: those are raised.

    Raises
    ------
    Refused, ManifestError
        The node or its files do not fit the run.
    WorkerRefused
        No worker is to be had (any more).
    Unreachable, OSError
        Storage fails.
    Stopped
        The supervisor was stopped.
    """
    assert task.description is not None
    begun = time.monotonic()
    manifest = open_cached(task.manifest, task.storage, task.description["manifest"]["digest"])
    if not 0 <= shard < manifest.shards:
        raise Refused(f"There is no shard {shard}: the manifest has {manifest.shards}, counted from 0.")
    counts = finished(task, shard, manifest.rows_of(shard))
    if counts is not None:
        return Outcome(shard, counts, kept=True)
    check_greeting(task, supervisor.greeting)
    rows = _measured(task, manifest.entries_of(shard), supervisor, on_track)
    counts = count_statuses(rows)
    facts = {
        _RUN.decode(): task.run_id,
        _SHARD.decode(): str(shard),
        _COUNTS.decode(): json.dumps(counts),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(table_of(rows, facts), sink, compression="zstd", row_group_size=max(1, len(rows)))
    # Another task may have been given the same shard, such as one of a node that was thought dead.
    if finished(task, shard, len(rows)) is None:
        task.storage.write_whole(join(task.out, shard_name(shard)), sink.getvalue())
    return Outcome(shard, counts, seconds=time.monotonic() - begun)


def _measured(
    task: Task, entries: list[Any], supervisor: Supervisor, on_track: Callable[[str], None]
) -> list[dict[str, Any]]:
    options = task.options
    rows = []
    tracks = fetched(
        entries, task.storage, max_bytes=options.max_bytes, timeout_s=options.timeout_s, spool=task.spool
    )
    try:
        for track in tracks:
            url = track.entry.url
            try:
                status, answer = track.failure or supervisor.measure(track.path, url)
            finally:
                track.close()
            rows.append(row_of(url, answer) if status == OK else failed_row(url, status, answer))
            on_track(status)
    finally:
        tracks.close()  # type: ignore[attr-defined]
    return rows


def failure_of(shard: int, error: BaseException) -> Outcome:
    """The outcome of a shard that raised."""
    # A worker was had before the first shard: that there is none now may pass.
    refused = isinstance(error, (Refused, ManifestError))
    if isinstance(error, (Refused, ManifestError, WorkerRefused, Unreachable)):
        return Outcome(shard, failure=str(error), refused=refused)
    return Outcome(shard, failure=f"{type(error).__name__}: {error}")
