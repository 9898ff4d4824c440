"""A Ray cluster of two nodes, with tokens: everything in it is killed once, and the run is resumed.

Ray listens on every interface of the machine, so this runs in a network namespace of its own; `script/test
cluster` makes it. The nodes are 127.0.0.2 and 127.0.0.3, the driver is a process of its own.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import batching
import pytest
from batching import Batch, Memory, becomes_true, identities, kill, same_as_alone

TOKEN = "0123456789abcdef" * 4
VARIABLES = {
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": TOKEN,
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "300",  # on a machine that may be busy
    "RAY_enable_metrics_collection": "0",
    "HITSCOPE_DEBUG_MARKERS": "true",
}
SHARDS = 40


def alone():
    """Whether this network has nothing but a loopback interface."""
    return [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]] == [
        "lo"
    ]


if not alone():
    pytest.skip("needs a network namespace: script/test cluster", allow_module_level=True)
os.environ.update(batching.environment(**VARIABLES))  # Ray reads them when it is imported
ray_cluster = pytest.importorskip("ray.cluster_utils")


def node(cluster, address, **options):
    return cluster.add_node(
        node_ip_address=address,
        num_cpus=1,
        object_store_memory=100 << 20,
        include_dashboard=False,
        **options,
    )


def two_nodes():
    cluster = ray_cluster.Cluster()
    node(cluster, "127.0.0.2")
    return cluster, node(cluster, "127.0.0.3")


def kill_cluster(cluster):
    """All of its processes at once, with no chance to say goodbye."""
    for each in (*cluster.worker_nodes, cluster.head_node):
        each.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)
    cluster.worker_nodes.clear()
    cluster.head_node = None


def four_hundred_files(batch, big_library, tmp_path):
    """Their manifest, where their results go, and their urls."""
    manifest = tmp_path / "m.parquet"
    batch("manifest", big_library, "--out", manifest, "--files-per-shard", str(400 // SHARDS))
    urls = batching.urls_of(manifest)
    assert len(urls) == 400
    return manifest, tmp_path / "out", urls


def test_four_hundred_files_good_and_bad_on_two_nodes(batch, program, big_library, tmp_path, capsys):
    begun = time.monotonic()
    memory = Memory()
    manifest, out, urls = four_hundred_files(batch, big_library, tmp_path)
    cluster, _ = two_nodes()
    words = ["run", "--engine", "ray", "--manifest", manifest, "--out", out, *batching.LIMITS]
    assert Batch(**VARIABLES)(*words, "--address", cluster.address).result["kept"] == 0
    kill_cluster(cluster)
    took, most = time.monotonic() - begun, memory.stop()
    assert most <= 1 << 30

    rows = batching.rows_of(out)
    assert [row["url"] for row in rows] == urls
    assert batching.outcomes_of(rows) == {
        url: batching.POISON.get(Path(url).name, ("ok", None)) for url in urls
    }
    assert same_as_alone(program, rows)
    with capsys.disabled():
        print(f"\n    ray, nothing killed: {took:.1f} s, at most {most >> 20} MiB")


def test_everything_is_killed_once(batch, program, big_library, tmp_path, capsys):
    begun = time.monotonic()
    memory = Memory()
    manifest, out, urls = four_hundred_files(batch, big_library, tmp_path)

    def done():
        return len(list(out.glob("shard-*.parquet")))

    cluster, second = two_nodes()
    started = time.monotonic() - begun
    words = ["run", "--engine", "ray", "--manifest", manifest, "--out", out, *batching.LIMITS]
    address = ["--address", cluster.address]
    batch = Batch(**VARIABLES)

    stranger = Batch(**{**VARIABLES, "RAY_AUTH_TOKEN": "f" * 64}).start(*words, *address)
    driver = batch.start(*words, *address)
    try:
        assert becomes_true(lambda: done() >= 4)
        kill(batching.processes(b"ray::run_on_node")[0])
        count = done()
        assert becomes_true(lambda: done() >= count + 3)
        kill(batching.processes(bytes(program) + b"\0worker")[0])
        cluster.remove_node(second, allow_graceful=False)
        count = done()
        assert becomes_true(lambda: done() >= count + 2)
        node(cluster, "127.0.0.3")
        count = done()
        assert becomes_true(lambda: done() >= count + 2)
        assert driver.poll() is None
        kill(driver.pid)
        driver.wait(timeout=30)
    finally:
        driver.kill()
        driver.stdout.close()
    assert becomes_true(lambda: not batching.processes(b"ray::run_on_node")), (
        "Ray ends the tasks of a dead driver"
    )
    before = identities(out)
    assert 10 <= len(before) < SHARDS - 4

    driver = batch.start(*words, *address)
    try:
        count = done()
        assert becomes_true(lambda: done() >= count + 3 or driver.poll() is not None)
        assert driver.poll() is None, batching.words_of(driver)
        kill_cluster(cluster)
        middle = identities(out)
        assert len(middle) < SHARDS
        assert {name: middle[name] for name in before} == before
    finally:
        driver.send_signal(signal.SIGTERM)
        driver.wait(timeout=60)
        driver.stdout.close()
    assert becomes_true(lambda: not batching.processes(bytes(program) + b"\0worker")), (
        "workers end with their nodes"
    )
    middle = identities(out)

    assert stranger.wait(timeout=120) == 2, "without the token there is no cluster"
    stranger.stdout.close()

    cluster, _ = two_nodes()
    address = ["--address", cluster.address]
    run = batch(*words, *address)
    assert run.result["kept"] == len(middle)
    after = identities(out)
    assert {name: after[name] for name in middle} == middle

    rows = batching.rows_of(out)
    assert [row["url"] for row in rows] == urls
    expected = {url: batching.POISON.get(Path(url).name, ("ok", None)) for url in urls}
    assert batching.outcomes_of(rows) == expected
    again = time.monotonic()
    assert batch(*words, *address).result["kept"] == SHARDS
    again = time.monotonic() - again
    assert identities(out) == after
    kill_cluster(cluster)
    most = memory.stop()

    assert same_as_alone(program, rows)
    with capsys.disabled():
        print(
            f"\n    ray: {time.monotonic() - begun:.1f} s, the first start {started:.1f} s, "
            f"at most {most / 2**20:.0f} MiB, a run with nothing to do {again:.2f} s"
        )
    assert most <= 1 << 30


def test_a_node_that_sees_no_tracks_is_refused(batch, tone, tmp_path):
    """The third node has an empty folder where the others have tracks."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "tone.wav").write_bytes(tone.read_bytes())
    batch("manifest", folder, "--out", tmp_path / "m.parquet")
    cluster = ray_cluster.Cluster()
    node(cluster, "127.0.0.2")
    ray = Path(sys.executable).parent / "ray"
    blind = subprocess.Popen(
        [
            *("unshare", "-m", "bash", "-c", 'mount -t tmpfs none "$0" && exec "$@"', folder, ray, "start"),
            *("--address", cluster.address, "--node-ip-address", "127.0.0.4", "--num-cpus", "1", "--block"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        table = cluster.global_state.node_table
        assert becomes_true(lambda: sum(each["Alive"] for each in table()) == 2)
        words = ("run", "--engine", "ray", "--manifest", tmp_path / "m.parquet", "--out", tmp_path / "out")
        refusal = Batch(**VARIABLES)(*words, "--address", cluster.address, status=2).stderr
        assert f"does not see {folder}/tone.wav" in refusal
        assert not list((tmp_path / "out").glob("shard-*"))
    finally:
        os.killpg(blind.pid, signal.SIGKILL)
        blind.wait()
        kill_cluster(cluster)
