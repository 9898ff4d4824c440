"""The local engine: one worker process for each job, each driven by a thread of this process.

What takes time happens in the workers, which are processes of their own; the threads only wait for them, some
milliseconds of Python a track. So there is no second Python process that could die with half of a shard.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from ..child import Stopped, Supervisor, WorkerRefused
from ..description import Task
from ..schema import STATUSES
from ..shard import Outcome, failure_of, run_shard

_TICK_S = 0.25


class LocalEngine:
    """Runs shards on this machine, `jobs` at a time."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._threads: list[threading.Thread] = []
        self._supervisors: list[Supervisor] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[int, dict[str, int]] = {}

    def start(self, task: Task) -> None:
        """Nothing to do: the driver has looked at this machine already."""

    def workers(self) -> int:
        """Jobs at a time."""
        return self._jobs

    def tracks_done(self) -> dict[str, int]:
        """Tracks by status in the shards that are being worked on."""
        with self._lock:
            return {status: sum(c[status] for c in self._running.values()) for status in STATUSES}

    def outcomes(self, task: Task, shards: Sequence[int]) -> Iterator[Outcome | None]:
        """Run shards; see `Engine`."""
        waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for shard in shards:
            waiting.put(shard)
        done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, args=(task, waiting, done), name=f"shards-{i}", daemon=True)
            for i in range(min(self._jobs, len(shards)))
        ]
        for thread in self._threads:
            thread.start()
        for _ in range(len(shards)):
            while True:
                try:
                    outcome = done.get(timeout=_TICK_S)
                    break
                except queue.Empty:
                    yield None
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome

    def _work(
        self,
        task: Task,
        waiting: queue.SimpleQueue[int],
        done: queue.SimpleQueue[Outcome | BaseException],
    ) -> None:
        supervisor: Supervisor | None = None
        try:
            while not self._stopping.is_set():
                try:
                    shard = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    if supervisor is None:
                        supervisor = self._supervise(task)
                    outcome = self._run(task, shard, supervisor)
                except Stopped:
                    return
                except Exception as error:
                    outcome = failure_of(shard, error)
                    if isinstance(error, WorkerRefused) and supervisor is not None:
                        supervisor.stop()
                        supervisor = None
                done.put(outcome)
        except BaseException as error:
            done.put(error)
        finally:
            if supervisor is not None:
                supervisor.stop()

    def _supervise(self, task: Task) -> Supervisor:
        supervisor = Supervisor(task.options)
        with self._lock:
            self._supervisors.append(supervisor)
        if self._stopping.is_set():
            supervisor.stop()
        return supervisor

    def _run(self, task: Task, shard: int, supervisor: Supervisor) -> Outcome:
        counts = dict.fromkeys(STATUSES, 0)
        with self._lock:
            self._running[shard] = counts

        def count(status: str) -> None:
            with self._lock:
                counts[status] += 1

        try:
            return run_shard(task, shard, supervisor, count)
        finally:
            with self._lock:
                del self._running[shard]

    def stop(self) -> None:
        """Kill the workers; the threads end with them."""
        self._stopping.set()
        with self._lock:
            supervisors = list(self._supervisors)
        for supervisor in supervisors:
            supervisor.stop()
        for thread in self._threads:
            thread.join(timeout=30)
