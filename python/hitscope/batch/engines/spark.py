"""The Spark engine: a plain task for each shard, which calls `run_shard` in an executor's Python worker.

Spark's part is only to hand out numbers. A task never raises, since one shard that fails four times would
have Spark give the whole job up; what failed comes back as an outcome and is tried again by the driver. Spark
runs a task again whose executor died; if it had finished, it finds its shard and returns at once. Outcomes
come back by an accumulator, which Spark hands over as each task ends, and once for each task, however often
it ran. Nothing is written by Spark's own committers.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence

from ..description import Refused, Task, objection_of
from ..node import run_on_node
from ..schema import STATUSES
from ..shard import Outcome

try:
    from pyspark.accumulators import AccumulatorParam
    from pyspark.sql import SparkSession
except ImportError as error:
    raise Refused(
        f"The engine spark needs the Python package pyspark (pip install 'hitscope[spark]'): {error}"
    ) from None

_TICK_S = 0.5
_SHARDS_A_JOB = 10_000  # what Spark's scheduler and the driver hold at a time


class _Outcomes(AccumulatorParam[list[Outcome]]):  # type: ignore[misc, unused-ignore]
    """Lists, one after the other."""

    def zero(self, value: list[Outcome]) -> list[Outcome]:
        return []

    def addInPlace(self, value1: list[Outcome], value2: list[Outcome]) -> list[Outcome]:
        value1.extend(value2)
        return value1


class SparkEngine:
    """Runs shards on a Spark cluster: that of ``spark-submit``, or of a master's url."""

    def __init__(self, master: str | None) -> None:
        self._master = master
        self._session: SparkSession | None = None

    def start(self, task: Task) -> None:
        """Connect, and have executors look at what they must see; see `Engine`."""
        builder = SparkSession.builder.appName("hitscope-batch")
        if self._master:
            builder = builder.master(self._master)
        try:
            self._session = builder.getOrCreate()
            self._session.sparkContext.setLogLevel("ERROR")
            # Which executor takes a task is Spark's to say: with some tasks for each, every one is asked. One
            # that is missed, or joins later, looks before its first shard (node.py).
            count = 4 * self.workers()
            answers = self._session.sparkContext.parallelize(range(count), count).map(
                lambda _i: objection_of(task)
            )
            objections = [answer for answer in answers.collect() if answer is not None]
        except Exception as error:  # py4j has one class for everything that Java may throw
            raise Refused(f"Spark cannot run tasks: {_reason(error)}") from error
        if objections:
            raise Refused(objections[0])

    def workers(self) -> int:
        """Tasks at a time."""
        assert self._session is not None
        return int(self._session.sparkContext.defaultParallelism)

    def tracks_done(self) -> dict[str, int]:
        """Nothing is known of shards before they are finished."""
        return dict.fromkeys(STATUSES, 0)

    def outcomes(self, task: Task, shards: Sequence[int]) -> Iterator[Outcome | None]:
        """Run shards; see `Engine`."""
        for start in range(0, len(shards), _SHARDS_A_JOB):
            yield from self._job(task, shards[start : start + _SHARDS_A_JOB])

    def _job(self, task: Task, shards: Sequence[int]) -> Iterator[Outcome | None]:
        assert self._session is not None
        context = self._session.sparkContext
        heard = context.accumulator([], _Outcomes())
        problem: list[str] = []

        def compute() -> None:
            try:
                numbers = context.parallelize(list(shards), len(shards))
                numbers.foreach(lambda shard: heard.add([run_on_node(task, shard)]))
            except Exception as error:
                problem.append(_reason(error))

        thread = threading.Thread(target=compute, name="spark-job", daemon=True)
        thread.start()
        missing = set(shards)
        seen = 0
        running = True
        while running:
            thread.join(_TICK_S)
            running = thread.is_alive()
            new = heard.value[seen:]
            seen += len(new)
            missing.difference_update(outcome.shard for outcome in new)
            yield from new
            yield None
        for shard in sorted(missing):
            yield Outcome(shard, failure=f"Spark gave it up: {problem[0] if problem else 'no answer'}")

    def stop(self) -> None:
        """Leave the cluster; its tasks of ours are ended by it."""
        if self._session is not None:
            self._session.stop()


def _reason(error: BaseException) -> str:
    """The line that says what happened, of the pages that Java and Python together make of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"[\w.]*(Error|Exception): \S", line)]
    return (telling or lines or [type(error).__name__])[-1 if telling else 0]
