"""A supervised `hitscope worker`: the process that measures, so that no file can harm the one that asks.

The worker is two processes itself (docs/worker.md): a decoder that sees one file, and a broker that watches
it. Nearly everything that a file can do ends there, as an answer. What is left is watched here: a worker that
is killed, or falls silent, is replaced, and the file is asked for once more. Only a second death is held
against the file, since a first one may come from outside (an operator, the system for want of memory).

The time limit of a file counts from when it is asked for; nothing waits in a queue before it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

from .schema import CRASH, ERROR, OK, TIMEOUT

_TIME_TO_START_S = 60.0
# The broker keeps the limit itself and answers; it is given this long for it before it counts as hanging.
_GRACE_S = 10.0
_ATTEMPTS = 2
_STARTS = 3
_LONGEST_LINE = 16 << 20
# By these titles a worker says that its decoder did not end by itself (src/ingest/decoder_process.cpp).
_CRASH_TITLES = frozenset(
    ("The decoder crashed on this file.", "The decoder ended unexpectedly.", "The decoder fell silent.")
)


class WorkerRefused(Exception):
    """No worker can be had here: no program, no model, no sandbox. In words for people."""


class Stopped(Exception):
    """The supervisor was told to stop."""


class _Died(Exception):
    pass


class _Hangs(Exception):
    pass


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker is started with; each is an option of `hitscope worker` of the same name."""

    program: str
    model: str = "default"
    timeout_s: float = 600.0
    cpu_seconds: float = 300.0
    memory_bytes: int = 2_000_000_000
    max_bytes: int = 1_000_000_000
    max_seconds: float = 7200.0
    sandbox: bool = True
    explain: bool = False
    true_peak: bool = False
    #: For tests: `HITSCOPE_BATCH_DEBUG`, see `Supervisor`.
    debug: str = ""

    def command(self) -> list[str]:
        """The command line."""
        words = [self.program, "worker", "--model", self.model]
        words += ["--timeout", f"{self.timeout_s:g}", "--cpu-seconds", f"{self.cpu_seconds:g}"]
        words += ["--memory", str(self.memory_bytes), "--max-bytes", str(self.max_bytes)]
        words += ["--max-seconds", f"{self.max_seconds:g}"]
        return words if self.sandbox else [*words, "--no-sandbox"]


def environment() -> dict[str, str]:
    """A worker's environment: options that stand in ours must not change what was agreed on for all."""
    kept = ("HITSCOPE_MODELS", "HITSCOPE_DEBUG_MARKERS")
    return {k: v for k, v in os.environ.items() if not k.startswith("HITSCOPE_") or k in kept}


class _Child:
    """One worker process. A deadline holds for an answer as a whole, however its bytes come in."""

    def __init__(self, options: WorkerOptions) -> None:
        try:
            self.process = subprocess.Popen(
                options.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us; it ends when its stdin does
            )
        except OSError as error:
            raise WorkerRefused(f"{options.program} cannot be started: {error.strerror}") from error
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in = self.process.stdin.fileno()
        self._out = self.process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._room = select.poll()
        self._room.register(self._in, select.POLLOUT)
        self._heard = bytearray()

    def greeting(self) -> dict[str, Any]:
        """What it says of itself first. Raises _Died, _Hangs or WorkerRefused; it is then gone."""
        try:
            line = self._line(time.monotonic() + _TIME_TO_START_S)
        except (_Died, _Hangs):
            self.kill()
            raise
        if line.get("event") != "ready":
            self.kill()
            error = line.get("error", {})
            if error.get("type") == "interrupted":  # its decoder was killed as it started
                raise _Died
            raise WorkerRefused(" ".join(filter(None, (error.get("title"), error.get("detail")))))
        return line

    def ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        """The last line of the answer. Raises _Died or _Hangs."""
        deadline = time.monotonic() + limit_s
        self._say(json.dumps(request).encode() + b"\n", deadline)
        while True:
            line = self._line(deadline)
            if line.get("id") == request["id"] and line.get("event") in ("done", "failed"):
                return line

    def _say(self, data: bytes, deadline: float) -> None:
        while data:
            try:
                data = data[os.write(self._in, data) :]
            except BlockingIOError:
                if not self._room.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise _Hangs from None
            except BrokenPipeError:
                raise _Died from None

    def _line(self, deadline: float) -> dict[str, Any]:
        searched = 0
        while (end := self._heard.find(b"\n", searched)) < 0:
            searched = len(self._heard)
            left = deadline - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise _Hangs
            block = os.read(self._out, 1 << 16)
            if not block or searched > _LONGEST_LINE:
                raise _Died
            self._heard += block
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        try:
            heard = json.loads(line)
        except ValueError:
            raise _Died from None
        return heard if isinstance(heard, dict) else {}

    def kill(self) -> str:
        """End it at once, with its decoder; says how it ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return f"signal {-status}" if status < 0 else f"exit status {status}"


class Supervisor:
    """Keeps one worker alive and asks it for one file after the other. Used by one thread, stopped by any.

    Attributes
    ----------
    greeting : dict
        What the present worker said of itself: ``engine``, ``features_version``, ``model``, ...

    Notes
    -----
    `WorkerOptions.debug` is for tests. It is a list such as ``kill:NAME,stop:NAME``: when a file of that name
    has been asked for, the worker gets a SIGKILL, or a SIGSTOP that makes it hang.
    """

    def __init__(self, options: WorkerOptions) -> None:
        """Start the worker.

        Raises
        ------
        WorkerRefused
            It cannot be had.
        """
        self.options = options
        self._lock = threading.Lock()
        self._stopped = False
        self._count = 0
        self._debug = [tuple(word.split(":", 1)) for word in options.debug.split(",") if ":" in word]
        self._child: _Child | None = None
        self.greeting: dict[str, Any] = {}
        self._fresh()

    @property
    def pid(self) -> int:
        """The process id of the present worker; 0 where there is none."""
        child = self._child
        return child.process.pid if child is not None else 0

    def _fresh(self) -> _Child:
        for _ in range(_STARTS):
            with self._lock:
                if self._stopped:
                    raise Stopped
                child = self._child = _Child(self.options)
            try:
                self.greeting = child.greeting()
                return child
            except (_Died, _Hangs):
                self._child = None  # killed from outside, perhaps: once more
            except WorkerRefused:
                self._child = None
                raise
        if self._stopped:
            raise Stopped
        raise WorkerRefused(f"{self.options.program} worker ends or hangs before it is ready.")

    def stop(self) -> None:
        """End the worker and refuse to start another; what waits for it meets `Stopped`."""
        with self._lock:
            self._stopped = True
            child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
            child.process.wait()  # its pipes are left to whoever may be reading them

    def _discard(self, child: _Child) -> str:
        with self._lock:
            self._child = None
        return child.kill()

    def measure(self, path: bytes, name: str) -> tuple[str, dict[str, Any]]:
        """Measure one file.

        Parameters
        ----------
        path : bytes
            Where it lies, for the worker to open.
        name : str
            What the report calls it.

        Returns
        -------
        status : str
            ``ok``, ``error``, ``crash`` or ``timeout``.
        answer : dict
            The report where it is ok, else the error: type, title, detail.

        Raises
        ------
        WorkerRefused
            A new worker was needed and cannot be had.
        Stopped
            `stop` was called.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            child = self._child or self._fresh()
            self._count += 1
            request = self._request(str(self._count), path, name)
            try:
                self._misuse(child, name)
                answer = child.ask(request, self.options.timeout_s + _GRACE_S)
            except _Hangs:
                self._discard(child)
                limit = f"silent for {self.options.timeout_s + _GRACE_S:g} s"
                return TIMEOUT, _error("timeout", "The worker hung on this file.", limit)
            except _Died:
                end = self._discard(child)
                if self._stopped:
                    raise Stopped from None
                if attempt == _ATTEMPTS:
                    return CRASH, _error("corrupt", "The worker died of this file.", f"{end}, twice")
                continue
            if answer["event"] == "done":
                return OK, answer["report"]
            error = answer["error"]
            if error["type"] == "interrupted" and attempt < _ATTEMPTS:
                continue  # the decoder was killed from outside
            return _status_of(error), error
        raise AssertionError("unreachable")

    def _request(self, number: str, path: bytes, name: str) -> dict[str, Any]:
        request: dict[str, Any] = {"id": number, "name": name}
        try:
            request["path"] = path.decode("utf-8")
        except UnicodeDecodeError:
            request["path_base64"] = base64.b64encode(path).decode()
        if self.options.explain:
            request["explain"] = True
        if self.options.true_peak:
            request["true_peak"] = True
        return request

    def _misuse(self, child: _Child, name: str) -> None:
        for deed, victim in self._debug:
            if os.path.basename(name) == victim:
                child.process.send_signal(signal.SIGSTOP if deed == "stop" else signal.SIGKILL)


def _status_of(error: dict[str, Any]) -> str:
    if error["type"] == "timeout":
        return TIMEOUT
    if error["type"] == "interrupted" or error["title"] in _CRASH_TITLES:
        return CRASH
    return ERROR


def _error(kind: str, title: str, detail: str | None = None) -> dict[str, Any]:
    return {"type": kind, "title": title, "detail": detail}
