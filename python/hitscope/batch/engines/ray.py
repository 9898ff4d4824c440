"""The Ray engine: a Core task for each shard (not Ray Data), which calls `run_shard` in its node's worker.

A task needs one processor. Its process keeps a supervised `hitscope worker` from one task to the next; the
worker ends when that process does. Ray runs a task again whose process or node died; a task that had finished
by then finds its shard and returns at once. Nothing but numbers and the `Task` travels.

Where `RAY_AUTH_MODE=token` and `RAY_AUTH_TOKEN` are set, for the driver as for every node, Ray refuses
whoever has not the token. Without it anyone who reaches the cluster's ports may run programs there.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from ..description import Refused, Task, objection_of
from ..node import run_on_node
from ..schema import STATUSES
from ..shard import Outcome

try:
    import ray
    from ray.exceptions import RayError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
except ImportError as error:
    raise Refused(
        f"The engine ray needs the Python package ray (pip install 'hitscope[ray]'): {error}"
    ) from None

_TICK_S = 0.5
_TIME_FOR_PROBES_S = 120.0
_TIME_FOR_PROCESSORS_S = 60.0
# Tasks handed over at a time, for each processor: enough that none waits for the driver, and no more.
_AHEAD = 2
_DEATHS = 5  # of a task's process or node; beyond it the shard counts as failed


@contextlib.contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep the driver's handler: Ray sets one of its own, which ends the process with another status."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)


def _alive(node: dict[str, Any]) -> bool:
    return any(each["NodeID"] == node["NodeID"] and each["Alive"] for each in ray.nodes())


class RayEngine:
    """Runs shards on a Ray cluster, or on a Ray of this machine's own with the address ``local``."""

    def __init__(self, address: str | None) -> None:
        self._address = address or os.environ.get("RAY_ADDRESS") or "auto"
        self._processors = 0

    def start(self, task: Task) -> None:
        """Connect, and have every node look at what it must see; see `Engine`."""
        try:
            with _own_sigterm():
                ray.init(
                    address=self._address,
                    log_to_driver=False,
                    configure_logging=False,
                    include_dashboard=False,
                )
        except (ConnectionError, RayError, ValueError, RuntimeError) as error:
            raise Refused(f"There is no Ray cluster at {self._address}: {error}") from error
        self._await_processors()
        probe = ray.remote(num_cpus=0, max_retries=0)(objection_of)
        nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        asked = {
            probe.options(
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            ).remote(task): node
            for node in nodes
        }
        ready, late = ray.wait(list(asked), num_returns=len(asked), timeout=_TIME_FOR_PROBES_S)
        if late:
            raise Refused(f"The node {asked[late[0]]['NodeManagerAddress']} does not run tasks.")
        for answer in ready:
            try:
                objection = ray.get(answer)
            except RayError as error:
                node = asked[answer]
                if not _alive(node):  # it died before, and Ray has only now found out: no node of this run
                    continue
                address = node["NodeManagerAddress"]
                raise Refused(f"The node {address} cannot run tasks: {_last_line(error)}") from error
            if objection is not None:
                raise Refused(objection)
        if not any(map(_alive, nodes)):
            raise Refused("The nodes of the Ray cluster have all died.")

    def _await_processors(self) -> None:
        """A cluster that has none yet may be growing; one that stays so would have us wait for ever."""
        deadline = time.monotonic() + _TIME_FOR_PROCESSORS_S
        while (processors := int(ray.cluster_resources().get("CPU", 0))) < 1:
            if time.monotonic() > deadline:
                raise Refused("The Ray cluster has no processors.")
            time.sleep(_TICK_S)
        self._processors = processors

    def workers(self) -> int:
        """Processors of the cluster."""
        return self._processors

    def tracks_done(self) -> dict[str, int]:
        """Nothing is known of shards before they are finished."""
        return dict.fromkeys(STATUSES, 0)

    def outcomes(self, task: Task, shards: Sequence[int]) -> Iterator[Outcome | None]:
        """Run shards; see `Engine`."""
        work = ray.remote(num_cpus=1, max_retries=_DEATHS, retry_exceptions=False)(run_on_node)
        packed = ray.put(task)
        waiting = iter(shards)
        running: dict[Any, int] = {}
        while True:
            self._processors = int(ray.cluster_resources().get("CPU", 0)) or self._processors
            while len(running) < _AHEAD * self._processors:
                shard = next(waiting, None)
                if shard is None:
                    break
                running[work.remote(packed, shard)] = shard
            if not running:
                return
            ready, _ = ray.wait(list(running), num_returns=1, timeout=_TICK_S)
            if not ready:
                yield None
            for answer in ready:
                shard = running.pop(answer)
                try:
                    yield ray.get(answer)
                except RayError as error:
                    yield Outcome(shard, failure=_last_line(error))

    def stop(self) -> None:
        """Leave the cluster; its tasks of ours are ended by it."""
        ray.shutdown()


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
