"""Brings tracks to where a worker can open them: local files are there, objects of S3 are fetched.

A fetched object lies in a temporary file without a name, opened through ``/proc``: nothing is left behind
however the process ends. While one track is measured the next is fetched, so two are on the disk at most, and
none larger than the worker's ``--max-bytes``.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

from .schema import ERROR, TIMEOUT
from .storage import Storage, UnusableUrl, is_s3, local_path
from .walk import Entry

_BLOCK = 1 << 20
_ATTEMPTS = 3
_PAUSE_S = 1.0  # doubles with each attempt
_DENIED = ("ACCESS_DENIED", "AccessDenied", "Forbidden", "HTTP status 403", "HTTP response code: 403")


class Unreachable(Exception):
    """The storage does not answer: no fault of the track, so its shard is to be tried again later."""


@dataclass
class Fetched:
    """A track that can be opened, or the status and error of one that cannot."""

    entry: Entry
    path: bytes = b""
    failure: tuple[str, dict[str, Any]] | None = None
    file: IO[bytes] | None = None

    def close(self) -> None:
        """Give the disk back."""
        if self.file is not None:
            self.file.close()
            self.file = None


def fetched(
    entries: list[Entry], storage: Storage, *, max_bytes: int, timeout_s: float, spool: str | None
) -> Iterator[Fetched]:
    """Tracks in their order, each to be closed by the caller before it takes the next.

    Parameters
    ----------
    entries : list of Entry
        What to fetch.
    storage : Storage
        How to reach S3.
    max_bytes : int
        Larger objects fail as ``too-large``; 0 for no limit.
    timeout_s : float
        An object whose bytes come, but take longer, fails with status ``timeout``.
    spool : str, optional
        The folder whose disk holds them; otherwise the system's for temporary files.

    Raises
    ------
    Unreachable
        An object was asked for some times, and the storage did not answer.
    """
    if not any(is_s3(entry.url) for entry in entries):
        for entry in entries:
            yield Fetched(entry, local_path(entry.url))
        return

    def fetch(entry: Entry) -> Fetched:
        if not is_s3(entry.url):
            return Fetched(entry, local_path(entry.url))
        return _fetch(entry, storage, max_bytes, timeout_s, spool)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="fetch") as pool:
        coming = pool.submit(fetch, entries[0])
        try:
            for following in [*entries[1:], None]:
                present = coming.result()
                if following is not None:
                    coming = pool.submit(fetch, following)
                yield present
        finally:
            pool.shutdown(cancel_futures=True)
            if not coming.cancelled() and coming.exception() is None:
                coming.result().close()


def _fetch(entry: Entry, storage: Storage, max_bytes: int, timeout_s: float, spool: str | None) -> Fetched:
    for attempt in range(1, _ATTEMPTS + 1):
        # Each has all of the time: what an outage took before is not held against the track.
        deadline = time.monotonic() + timeout_s
        file = tempfile.TemporaryFile(prefix="hitscope-", dir=spool)  # noqa: SIM115 (it is handed on)
        try:
            failure = _copy(entry.url, storage, file, max_bytes, deadline)
        except UnusableUrl as error:
            failure = ERROR, _error("unreadable", "The object cannot be opened.", str(error))
        except FileNotFoundError:
            failure = ERROR, _error("not-found", "There is no such object.")
        except OSError as error:
            text = str(error)
            if isinstance(error, PermissionError) or any(word in text for word in _DENIED):
                failure = ERROR, _error("unreadable", "The object cannot be opened.", text)
            elif attempt < _ATTEMPTS and time.monotonic() < deadline:
                file.close()
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
                continue
            else:
                file.close()
                raise Unreachable(f"{entry.url}: {text}") from error
        except BaseException:
            file.close()
            raise
        if failure is not None:
            file.close()
            return Fetched(entry, failure=failure)
        return Fetched(entry, os.fsencode(f"/proc/{os.getpid()}/fd/{file.fileno()}"), file=file)
    raise AssertionError("unreachable")


def _copy(
    url: str, storage: Storage, file: IO[bytes], max_bytes: int, deadline: float
) -> tuple[str, dict[str, Any]] | None:
    size = 0
    with storage.open_stream(url) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if max_bytes and size > max_bytes:
                return ERROR, _error("too-large", f"It is larger than the {max_bytes} bytes allowed.")
            if time.monotonic() > deadline:
                return TIMEOUT, _error("timeout", "Fetching it took longer than is allowed.")
            file.write(block)
    file.flush()
    return None


def _error(kind: str, title: str, detail: str | None = None) -> dict[str, Any]:
    return {"type": kind, "title": title, "detail": detail}
