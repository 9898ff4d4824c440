"""What a node looks at before its first shard, and what it says instead of raising. No cluster is needed."""

import dataclasses
import errno

import pytest

from hitscope.batch import (
    Entry,
    Manifest,
    Storage,
    Task,
    WorkerOptions,
    description,
    node,
    run_shard,
    write_manifest,
)
from hitscope.batch.child import Supervisor
from hitscope.batch.description import agree, described, objection_of
from hitscope.batch.shard import shard_name


@pytest.fixture
def task(program, library, tmp_path):
    """A run over six tracks in two shards, begun."""
    tracks = [Entry(str(path)) for path in sorted((library / "a").iterdir())[:6]]
    write_manifest(tracks, str(tmp_path / "m.parquet"), Storage(), files_per_shard=3)
    plain = Task(str(tmp_path / "m.parquet"), str(tmp_path / "out"), WorkerOptions(str(program)), Storage())
    task = described(plain, Manifest(plain.manifest, plain.storage))
    agree(task)
    yield task
    if node._kept is not None:
        node._kept[1].stop()
    node._kept = None


def test_a_worker_is_kept_from_shard_to_shard(task):
    first = node.run_on_node(task, 0)
    kept = node._kept
    assert (first.counts["ok"], first.kept, first.failure) == (3, False, None)
    assert node.run_on_node(task, 1).counts["ok"] == 3
    assert node._kept is kept
    assert node.run_on_node(task, 1).kept


@pytest.mark.parametrize("what", ["track", "manifest", "another manifest", "output", "model"])
def test_a_node_that_sees_something_else_refuses(task, tmp_path, what):
    if what == "track":
        (tmp_path / "library" / "a" / "track 00.wav").unlink()
        expected = "track 00.wav"
    elif what == "manifest":
        (tmp_path / "m.parquet").unlink()
        expected = "does not see the manifest"
    elif what == "another manifest":
        write_manifest([Entry("/x.wav")], task.manifest, Storage())
        expected = "another manifest"
    elif what == "output":
        (tmp_path / "out" / "run.json").unlink()
        expected = "does not see the output"
    else:
        task = dataclasses.replace(task, options=dataclasses.replace(task.options, model="attributes"))
        expected = "another model"
    outcome = node.run_on_node(task, 0)
    assert outcome.refused
    assert expected in outcome.failure
    assert not list((tmp_path / "out").glob("shard-*"))


def test_the_program_may_lie_elsewhere_on_a_node(task, program, monkeypatch):
    monkeypatch.setenv("HITSCOPE_PROGRAM", str(program))
    moved = dataclasses.replace(task, options=dataclasses.replace(task.options, program="/opt/hitscope"))
    assert node.run_on_node(moved, 0).counts["ok"] == 3
    monkeypatch.setenv("HITSCOPE_PROGRAM", "/opt/hitscope")
    node._kept[1].stop()
    node._kept = None
    refused = node.run_on_node(moved, 1)
    assert refused.refused
    assert "no program" in refused.failure


def test_storage_that_fails_is_an_outcome_to_try_again(task, tmp_path, monkeypatch):
    def fail(*_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Storage, "write_whole", fail)
    outcome = node.run_on_node(task, 0)
    assert not outcome.refused
    assert "No space left" in outcome.failure
    monkeypatch.undo()
    assert node.run_on_node(task, 0).counts["ok"] == 3
    assert (tmp_path / "out" / shard_name(0)).exists()


@pytest.mark.parametrize("what", ["track", "manifest", "output", "model"])
def test_storage_that_fails_while_a_node_looks_refuses_nothing(task, monkeypatch, what):
    """One node's passing error must not end the run of all."""

    def fail(*_words, **_more):
        raise OSError(errno.ESTALE, "Stale file handle")

    with monkeypatch.context() as broken:
        if what == "track":
            broken.setattr(description.os, "stat", fail)
        elif what == "manifest":
            broken.setattr(Storage, "open_random", fail)
        elif what == "output":
            broken.setattr(Storage, "read", fail)
        else:
            broken.setattr(description, "bundle_digest", fail)
        outcome = node.run_on_node(task, 0)
        assert not outcome.refused
        assert "Stale" in outcome.failure
        assert "Stale" in objection_of(task), "before the first shard it is said in words"
    assert objection_of(task) is None
    assert node.run_on_node(task, 0).counts["ok"] == 3


def test_a_worker_of_another_version_is_refused(task):
    supervisor = Supervisor(task.options)
    supervisor.greeting["engine"] = "9.9.9"
    try:
        with pytest.raises(Exception, match="another version"):
            run_shard(task, 0, supervisor)
    finally:
        supervisor.stop()
