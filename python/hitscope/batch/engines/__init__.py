"""Ways to run many shards: on this machine, on Ray, on Spark. Each calls the same `run_shard`.

An engine is a small object. It yields an `Outcome` a shard in any order, and None about as often as once a
second so that its caller can look at the clock; it does not retry what `run_shard` raises (it says so in the
outcome), and it heals by itself what it alone can see: a dead process or node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ..description import Task
from ..shard import Outcome


class Engine(Protocol):
    """What the driver asks of an engine."""

    def start(self, task: Task) -> None:
        """Get hold of the machines, and make sure that each sees what the driver sees.

        Raises
        ------
        Refused
            A node does not, or there is no cluster.
        """

    def outcomes(self, task: Task, shards: Sequence[int]) -> Iterator[Outcome | None]:
        """Run shards."""

    def tracks_done(self) -> dict[str, int]:
        """Tracks by status in shards that are not finished yet, as far as it can see."""

    def workers(self) -> int:
        """How many shards it can run at a time."""

    def stop(self) -> None:
        """Let go of the machines; what runs is given up."""


def engine_named(name: str, *, jobs: int, address: str | None, master: str | None) -> Engine:
    """The engine of a name: ``local``, ``ray`` or ``spark``.

    Raises
    ------
    Refused
        Its Python package is not installed.
    """
    if name == "local":
        from .local import LocalEngine

        return LocalEngine(jobs)
    if name == "ray":
        from .ray import RayEngine

        return RayEngine(address)
    from .spark import SparkEngine

    return SparkEngine(master)
