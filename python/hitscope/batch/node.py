"""What a node of a cluster does with a shard. The engines' tasks are this one function.

A process of the engine keeps its supervised worker for the next shard of the same run, and looks at its
surroundings once: a node that joins late and lacks the shared storage must not report its tracks as missing.
"""

from __future__ import annotations

import threading

from .child import Supervisor, WorkerRefused
from .description import Task, check_place, on_this_node
from .shard import Outcome, failure_of, run_shard

_lock = threading.Lock()
_kept: tuple[str, Supervisor] | None = None


def run_on_node(task: Task, shard: int) -> Outcome:
    """Run one shard in this process; never raises, so that no engine gives a whole job up for one shard."""
    global _kept
    try:
        with _lock:
            if _kept is None or _kept[0] != task.run_id:
                if _kept is not None:
                    _kept[1].stop()
                    _kept = None
                here = on_this_node(task)
                check_place(here)
                supervisor = Supervisor(here.options)
                _kept = (task.run_id, supervisor)
            supervisor = _kept[1]
            return run_shard(task, shard, supervisor)
    except Exception as error:
        if isinstance(error, WorkerRefused):
            with _lock:
                _kept = None
        return failure_of(shard, error)
