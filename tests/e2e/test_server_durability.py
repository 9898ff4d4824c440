"""What was acknowledged survives: the server is killed at random moments under load, again and again, over
the same data; afterwards every job it accepted has an end, and what it deleted stays deleted."""

import random
import signal
import sqlite3
import threading
import time

import pytest
import requests
from serving import FINAL, is_alive, wait_until

ROUNDS = 50
VISITORS = 4


class Sender(threading.Thread):
    """A visitor who sends tracks until the server is gone, now and then deletes one, and remembers what it
    was told. What it asked and was not told may have happened or not."""

    def __init__(self, visitor, short_track, chance):
        super().__init__()
        self.visitor = visitor
        self.short_track = short_track
        self.chance = chance
        self.kept, self.deleted, self.unsure = set(), set(), set()
        self.unexpected = []

    def run(self):
        try:
            while True:
                answer = self.visitor.upload(self.short_track(), wait=self.chance.choice([None, None, 0.05]))
                if answer.status_code in (200, 202):
                    self.kept.add(answer.json()["id"])
                elif answer.status_code != 503:
                    self.unexpected.append(answer.text)
                if self.kept and self.chance.random() < 0.1:
                    self.delete(self.chance.choice(sorted(self.kept)))
                time.sleep(0.01)
        except requests.RequestException:
            pass  # it was killed

    def delete(self, identity):
        self.kept.remove(identity)
        self.unsure.add(identity)
        if self.visitor.delete(f"/v1/analyses/{identity}").status_code == 204:
            self.unsure.remove(identity)
            self.deleted.add(identity)


def kill_under_load(server, short_track, rounds):
    """Returns what each visitor knows."""
    chance = random.Random(rounds)
    visitors = [server.visitor() for _ in range(VISITORS)]
    known = [(set(), set()) for _ in visitors]
    for number in range(rounds):
        senders = [Sender(visitor, short_track, random.Random(number)) for visitor in visitors]
        for sender, (kept, _) in zip(senders, known, strict=True):
            sender.kept |= kept
            sender.start()
        time.sleep(chance.uniform(0.02, 0.4))
        brokers = server.brokers()
        server.kill()
        for sender, (kept, deleted) in zip(senders, known, strict=True):
            sender.join()
            assert sender.unexpected == []
            kept.clear()
            kept |= sender.kept
            deleted |= sender.deleted
        wait_until(lambda pids=brokers: not any(map(is_alive, pids)), what="the end of orphaned workers")
        if number % 5 == 0:  # also while it takes up what the last one left
            server.launch()
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
        server.start()
    return list(zip(visitors, known, strict=True))


def check_what_was_acknowledged(known):
    ends = []
    for visitor, (kept, deleted) in known:

        def all_ended(visitor=visitor):
            found = {analysis["id"]: analysis for analysis in visitor.history(limit=200)}
            return all(analysis["state"] in FINAL for analysis in found.values()) and found

        found = wait_until(all_ended, 120, "the end of all jobs")
        assert kept <= found.keys(), "acknowledged and lost"
        assert not deleted & found.keys(), "deleted and back again"
        for identity in kept:
            analysis = visitor.analysis(identity)
            ends.append(analysis["state"])
            if analysis["state"] == "done":
                assert analysis["result"]["features"]["duration_ms"] == pytest.approx(2000, abs=50)
                assert visitor.get(f"/v1/analyses/{identity}/dna").content.startswith(b"HDNA")
            else:
                assert analysis["state"] == "interrupted", analysis
                assert analysis["error"]["type"] == "interrupted"
    assert len(ends) > VISITORS * 5
    assert ends.count("done") > len(ends) / 2


def test_kill_9_at_random_moments_with_sqlite(start_server, short_track):
    server = start_server()
    known = kill_under_load(server, short_track, ROUNDS)
    check_what_was_acknowledged(known)
    wait_until(lambda: server.spooled() == [], what="the spool's emptiness")
    assert server.end() == 0
    with sqlite3.connect(server.data / "history.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_kill_9_at_random_moments_with_postgresql(start_server, postgres, short_track):
    database, url = postgres.new_database()
    server = start_server("--database", url)
    known = kill_under_load(server, short_track, ROUNDS)
    check_what_was_acknowledged(known)
    wait_until(lambda: server.spooled() == [], what="the spool's emptiness")
    assert server.end() == 0
    assert postgres.check(database) == ""


@pytest.mark.parametrize("drain_s", [0, 30])
def test_a_request_to_end_hands_back_what_waits(start_server, long_track, short_track, drain_s):
    server = start_server("--workers", "1", "--drain", str(drain_s))
    visitor = server.visitor()
    running = visitor.upload(long_track()).json()["id"]
    wait_until(lambda: visitor.analysis(running)["state"] == "running", what="the start")
    waiting = [visitor.upload(short_track()).json()["id"] for _ in range(3)]
    brokers = server.brokers()
    assert server.end(signal.SIGTERM) == 0
    assert not any(map(is_alive, brokers))
    with sqlite3.connect(server.data / "history.sqlite") as database:
        states = dict(database.execute("SELECT id, state FROM analyses"))
    assert [states[identity] for identity in waiting] == ["queued"] * 3
    assert states[running] == ("done" if drain_s else "running")
    server.start()
    for identity in (running, *waiting):
        assert visitor.ended(identity)["state"] == "done"
    wait_until(lambda: server.spooled() == [], what="the spool's emptiness")


def test_a_second_request_to_end_is_obeyed_at_once(start_server, long_track):
    server = start_server("--workers", "1")
    visitor = server.visitor()
    running = visitor.upload(long_track()).json()["id"]
    wait_until(lambda: visitor.analysis(running)["state"] == "running", what="the start")
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert server.is_running()
    assert server.end(signal.SIGTERM) == -signal.SIGTERM
    server.start()
    assert visitor.ended(running)["state"] == "done"


def test_who_waits_while_the_server_ends_is_answered(start_server, long_track, short_track):
    """One whose track is still measured gets its result; one whose track goes back into the line is told
    so."""
    server = start_server("--workers", "1")
    visitor, other = server.visitor(), server.visitor()
    answers = {}

    def send(name, visitor, track):
        try:
            answers[name] = visitor.upload(track, wait=60).status_code
        except requests.RequestException as error:
            answers[name] = error

    first = threading.Thread(target=send, args=("running", visitor, long_track()))
    first.start()
    watcher = server.visitor(cookie=f"hitscope_visitor={visitor.cookie}")
    wait_until(lambda: watcher.history(state="running"), what="the start")
    second = threading.Thread(target=send, args=("queued", other, short_track()))
    second.start()
    watcher = server.visitor(cookie=f"hitscope_visitor={other.cookie}")
    wait_until(watcher.history, what="the second in the line")
    assert server.end(signal.SIGTERM) == 0
    first.join()
    second.join()
    assert answers["running"] == 200
    assert answers["queued"] in (202, 409)


def test_two_servers_do_not_share_a_folder(start_server, hitscope):
    server = start_server()
    run = hitscope("serve", "--port", "0", "--data", server.data, timeout_s=30)
    assert run.returncode == 1
    assert b"--data" in run.stderr
    assert server.visitor().get("/readyz").status_code == 200


def test_a_damaged_history_is_refused_and_left_as_it_is(hitscope, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "history.sqlite").write_bytes(b"This is no database.\n" * 1000)
    run = hitscope("serve", "--port", "0", "--data", data, timeout_s=30)
    assert run.returncode == 1
    assert run.stderr
    assert (data / "history.sqlite").read_bytes() == b"This is no database.\n" * 1000
