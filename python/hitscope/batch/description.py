"""What a run is: the manifest, the model, the program and the options that its results depend on.

It is written to ``run.json`` in the output before the first shard. Whoever works on that output later, be it
another driver, a job of an array or a node that joins, must describe its work in the same words, or refuses:
an output never holds results of two kinds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .child import Supervisor, WorkerOptions, WorkerRefused
from .manifest import Manifest
from .program import bundle_digest, find_program
from .schema import SCHEMA_VERSION, compact
from .storage import Storage, existing, is_s3, join, local_path

RUN_FILE = "run.json"
_WITNESSES = 3


class Refused(Exception):
    """A run that must not begin or go on, in words for people."""


@dataclass(frozen=True)
class Task:
    """All that `run_shard` needs to know but the shard's number. It is pickled and sent to nodes.

    Attributes
    ----------
    manifest, out : str
        Urls of the manifest and of the folder of the results.
    description : dict
        The contents of run.json; None until it is known.
    witnesses : tuple of str
        Local files that the driver sees, and every node must.
    """

    manifest: str
    out: str
    options: WorkerOptions
    storage: Storage = field(default_factory=Storage.from_environment)
    spool: str | None = None
    description: dict[str, Any] | None = None
    witnesses: tuple[str, ...] = ()

    @property
    def run_id(self) -> str:
        """A digest of the description, which every shard carries."""
        return hashlib.sha256(compact(self.description).encode()).hexdigest()[:32]


def describe(
    manifest: Manifest, options: WorkerOptions, greeting: dict[str, Any], bundle: str | None
) -> dict[str, Any]:
    """The contents of run.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "manifest": {"digest": manifest.digest, "files": manifest.files, "shards": manifest.shards},
        "engine": {"version": greeting["engine"], "features_version": greeting["features_version"]},
        "model": {"name": greeting["model"], "version": greeting["model_version"], "digest": bundle},
        "options": {
            "timeout_s": options.timeout_s,
            "cpu_seconds": options.cpu_seconds,
            "memory_bytes": options.memory_bytes,
            "max_bytes": options.max_bytes,
            "max_seconds": options.max_seconds,
            "sandbox": options.sandbox,
            "explain": options.explain,
            "true_peak": options.true_peak,
        },
    }


def described(task: Task, manifest: Manifest) -> Task:
    """The task with its description, learnt by starting a worker once.

    Raises
    ------
    WorkerRefused
        No worker or model is to be had here.
    """
    supervisor = Supervisor(task.options)
    supervisor.stop()
    bundle = bundle_digest(task.options.program, task.options.model)
    description = describe(manifest, task.options, supervisor.greeting, bundle)
    return replace(task, description=description, witnesses=_witnesses(manifest))


def _witnesses(manifest: Manifest) -> tuple[str, ...]:
    """A few local tracks of the first shard that are really there."""
    if not manifest.shards:
        return ()
    local = [entry.url for entry in manifest.entries_of(0) if not is_s3(entry.url)]
    return tuple(existing(local[:100])[:_WITNESSES])


def agree(task: Task) -> None:
    """Write run.json, or make sure that the one there says the same.

    Raises
    ------
    Refused
        The output belongs to another run: what differs.
    OSError
        The output cannot be written.
    """
    url = join(task.out, RUN_FILE)
    task.storage.make_folder(task.out)
    text = json.dumps(task.description, indent=2) + "\n"
    there = task.storage.read(url)
    if there is None:
        task.storage.write_new(url, text.encode())
        there = task.storage.read(url)
    try:
        former = json.loads(there or b"")
    except ValueError:
        raise Refused(f"{url} is damaged; move the output away, or delete it.") from None
    differences = _differences(former, task.description)
    if differences:
        raise Refused(
            f"{task.out} holds results of another run, which this one must not be mixed with. Different: "
            + "; ".join(differences)
            + ". Choose another output, or the same settings."
        )


def _differences(former: Any, present: Any, name: str = "") -> list[str]:
    if isinstance(former, dict) and isinstance(present, dict):
        keys = dict.fromkeys([*former, *present])
        return [
            words
            for key in keys
            for words in _differences(former.get(key), present.get(key), f"{name}.{key}" if name else key)
        ]
    return [] if former == present else [f"{name} was {json.dumps(former)}, is {json.dumps(present)}"]


def on_this_node(task: Task) -> Task:
    """The task with the program where it is found here, if it is not where the driver has it.

    Raises
    ------
    Refused
        There is none.
    """
    if os.access(task.options.program, os.X_OK):
        return task
    try:
        return replace(task, options=replace(task.options, program=find_program()))
    except WorkerRefused as error:
        raise Refused(f"{_here()}: {error}") from error


def check_place(task: Task) -> None:
    """Make sure that this node sees what the driver sees. Called on every node, by the driver and by tasks.

    Raises
    ------
    Refused
        A local path is not shared with this node, or it has another program or model.
    OSError
        Storage fails, which may pass.
    """
    for path in task.witnesses:
        with _seen(f"{path}: local tracks must lie on storage that all nodes share"):
            os.stat(local_path(path))
    with _seen(f"the manifest {task.manifest}"):
        manifest = Manifest(task.manifest, task.storage)
    if task.description is None or manifest.digest != task.description["manifest"]["digest"]:
        raise Refused(f"{_here()} sees another manifest at {task.manifest}.")
    with _seen(f"the output {task.out}"):
        there = task.storage.read(join(task.out, RUN_FILE))
    if there is None or json.loads(there) != task.description:
        raise Refused(
            f"{_here()} does not see the output {task.out}: it must be on storage that all nodes share."
        )
    try:
        with _seen("the program or the model"):
            bundle = bundle_digest(task.options.program, task.options.model)
    except WorkerRefused as error:
        raise Refused(f"{_here()}: {error}") from error
    if bundle != task.description["model"]["digest"]:
        raise Refused(f"{_here()} has another model called {task.options.model!r} than the driver.")


def objection_of(task: Task) -> str | None:
    """Why this node cannot take part in a run, in words for people; None if it can."""
    try:
        check_place(on_this_node(task))
    except Refused as error:
        return str(error)
    except OSError as error:
        return f"{_here()} cannot reach what it needs: {error}"
    return None


@contextlib.contextmanager
def _seen(what: str) -> Iterator[None]:
    """Refuse where something is not there or not allowed; other errors may pass, and are raised."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise Refused(f"{_here()} does not see {what}: {error}") from error


def check_greeting(task: Task, greeting: dict[str, Any]) -> None:
    """Make sure that a worker is of the version that the run began with.

    Raises
    ------
    Refused
        It is not.
    """
    assert task.description is not None
    engine = task.description["engine"]
    model = task.description["model"]
    found = {"version": greeting["engine"], "features_version": greeting["features_version"]}
    named = {"name": greeting["model"], "version": greeting["model_version"]}
    if found != engine or named != {key: model[key] for key in named}:
        raise Refused(f"{_here()} has another version of hitscope or of the model than the driver.")


def _here() -> str:
    return f"The node {socket.gethostname()}"
