"""Many at once: nobody is lost, and memory stays bounded. How fast it is, benchmarks/serve_load.py
measures."""

import subprocess
import sys
import threading

import pytest
from conftest import PROGRAM, ROOT
from serving import FINAL, wait_until

MANY = 200
# Above what the server takes when it starts: 200 connections with 32 KB each, 200 jobs with their events, the
# databases' caches. It is about 20 MB; uploads that were kept in memory as a whole would be 75.
ALLOWANCE_BYTES = 32 << 20


def together(work, arguments):
    """Calls `work` with each of the arguments at the same time; returns the answers in order."""
    answers = [None] * len(arguments)
    start = threading.Barrier(len(arguments))

    def call(number):
        start.wait()
        answers[number] = work(arguments[number])

    threads = [threading.Thread(target=call, args=(number,)) for number in range(len(arguments))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def server(start_server):
    return start_server("--workers", "2", "--log-level", "warning")


def test_two_hundred_uploads_at_once_with_two_analyses_running(server, short_track, long_track):
    before = server.rss_bytes()
    busy = server.visitor()
    running = [busy.upload(long_track()).json()["id"] for _ in range(2)]
    wait_until(lambda: len(busy.history(state="running")) == 2, what="both to run")
    visitors = [server.visitor() for _ in range(MANY)]
    answers = together(lambda visitor: visitor.upload(short_track()), visitors)
    assert [answer.status_code for answer in answers] == [202] * MANY
    assert server.visitor().get("/healthz").status_code == 200
    assert len(server.spooled()) >= MANY
    assert server.rss_bytes() - before < ALLOWANCE_BYTES
    for identity in running:
        assert busy.delete(f"/v1/analyses/{identity}").status_code == 204
    for visitor, answer in zip(visitors, answers, strict=True):
        assert visitor.ended(answer.json()["id"])["state"] == "done"
    assert server.rss_bytes() - before < ALLOWANCE_BYTES
    wait_until(lambda: server.spooled() == [], what="the spool's emptiness")
    assert '"level":"error"' not in server.log_text()


def test_two_hundred_clients_wait_for_their_results(server, short_track):
    visitors = [server.visitor() for _ in range(MANY)]
    answers = together(lambda visitor: visitor.upload(short_track(), wait=60), visitors)
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(200, "done")] * MANY


def test_two_hundred_streams_each_tell_of_their_own(server, short_track):
    def follow(visitor):
        with visitor.events() as events:
            identity = visitor.upload(short_track()).json()["id"]
            told = []
            for event in events:
                if event.type:
                    told.append(event)
                if event.type in FINAL:
                    break
        return identity, told

    before = server.rss_bytes()
    for identity, told in together(follow, [server.visitor() for _ in range(MANY)]):
        assert {event.data.get("analysis", identity) for event in told} == {identity}
        assert [event.type for event in told].count("vote") == 5
        assert told[-1].type == "done"
    assert server.rss_bytes() - before < ALLOWANCE_BYTES


def test_memory_is_flat_over_a_while_of_everything():
    """20 s of what benchmarks/serve_soak.py does for minutes."""
    command = [
        sys.executable,
        ROOT / "benchmarks" / "serve_soak.py",
        "--hitscope",
        PROGRAM,
        "--minutes",
        "0.33",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert run.returncode == 0, run.stdout + run.stderr
