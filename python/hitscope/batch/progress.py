"""How far a run is, on stderr: a bar on a terminal, else one JSON object a line and second.

Members of a line: ``elapsed_s``; ``shards``, ``shards_done``, ``shards_kept`` (were there before) and
``shards_failed``; ``files`` and ``files_done``; ``ok``, ``error``, ``crash``, ``timeout`` (of those done);
``files_per_s`` over this run, and ``eta_s`` (null until something is done).
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, TextIO

from .schema import STATUSES

_BETWEEN_S = 1.0


class Progress:
    """Counts outcomes and says how far they are.

    Parameters
    ----------
    how : str
        ``auto``, ``bar``, ``json`` or ``never``.
    files, shards : int
        How many there are in all.
    stream : text file, optional
        Instead of stderr.
    """

    def __init__(self, how: str, files: int, shards: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        if how == "auto":
            how = "bar" if self._stream.isatty() else "json"
        self.files, self.shards = files, shards
        self.shards_done = self.shards_kept = self.shards_failed = 0
        self.counts = dict.fromkeys(STATUSES, 0)
        self._kept_files = 0
        self._begun = time.monotonic()
        self._next = self._begun + _BETWEEN_S
        self._json = how == "json"
        self._bar = _bar(files, self._stream) if how == "bar" else None

    def shard_done(self, counts: dict[str, int], *, kept: bool = False) -> None:
        """A shard has its result."""
        self.shards_done += 1
        for status in STATUSES:
            self.counts[status] += counts[status]
        if kept:
            self.shards_kept += 1
            self._kept_files += sum(counts.values())

    def tick(self, running: dict[str, int] | None = None, *, last: bool = False) -> None:
        """Say it, if it is time; `running` are the tracks done in shards that are not."""
        now = time.monotonic()
        if not last and now < self._next:
            return
        self._next = max(self._next + _BETWEEN_S, now)
        if self._bar is not None:
            line = self.line(running)
            self._bar.n = line["files_done"]
            self._bar.set_postfix({s: line[s] for s in STATUSES[1:] if line[s]}, refresh=False)
            self._bar.refresh()
        elif self._json:
            print(json.dumps(self.line(running)), file=self._stream, flush=True)

    def line(self, running: dict[str, int] | None = None) -> dict[str, Any]:
        """The members of a line, now."""
        counts = {s: self.counts[s] + (running or {}).get(s, 0) for s in STATUSES}
        done = sum(counts.values())
        elapsed = time.monotonic() - self._begun
        rate = (done - self._kept_files) / elapsed if elapsed > 0 else 0.0
        return {
            "elapsed_s": round(elapsed, 1),
            "shards": self.shards,
            "shards_done": self.shards_done,
            "shards_kept": self.shards_kept,
            "shards_failed": self.shards_failed,
            "files": self.files,
            "files_done": done,
            **counts,
            "files_per_s": round(rate, 3),
            "eta_s": round((self.files - done) / rate, 1) if rate > 0 else None,
        }

    def close(self) -> None:
        """The last word."""
        self.tick(last=True)
        if self._bar is not None:
            self._bar.close()


def _bar(files: int, stream: TextIO) -> Any:
    from tqdm import tqdm

    return tqdm(total=files, unit="track", file=stream, dynamic_ncols=True, smoothing=0.05, mininterval=0)
