"""The queue and its workers: one that is killed costs its job only, a full queue says so, visitors take
turns, what is deleted is not worked on."""

import os
import signal
import threading

import pytest
from serving import children_of, is_alive, wait_until


def start_long_job(visitor, long_track):
    identity = visitor.upload(long_track()).json()["id"]

    def is_being_measured():
        return (visitor.analysis(identity)["progress"] or {}).get("stage") == "measuring"

    wait_until(is_being_measured, what="the measuring")
    return identity


@pytest.fixture
def small(start_server):
    return start_server("--workers", "1", "--queue", "4")


@pytest.mark.parametrize("victim", ["decoder", "broker"])
def test_a_worker_killed_by_hand_costs_its_job_only(small, long_track, short_track, victim):
    visitor = small.visitor()
    lost = start_long_job(visitor, long_track)
    waiting = visitor.upload(short_track()).json()["id"]
    (broker,) = small.brokers()
    (decoder,) = children_of(broker)
    os.kill(broker if victim == "broker" else decoder, signal.SIGKILL)
    ended = visitor.ended(lost)
    assert (ended["state"], ended["error"]["type"]) == ("interrupted", "interrupted")
    assert visitor.ended(waiting)["state"] == "done"
    assert visitor.upload(short_track(), wait=60).status_code == 200
    wait_until(lambda: not is_alive(decoder), what="the decoder's end")
    assert small.spooled() == []


@pytest.mark.parametrize("path", ["/v1/analyses?wait=60", "/predict"])
def test_who_waits_for_a_killed_job_is_told(small, long_track, described, path):
    visitor = small.visitor()
    answers = []

    def wait():
        answers.append(visitor.post(path, files={"file": long_track()}))

    waiter = threading.Thread(target=wait)
    waiter.start()
    watcher = small.visitor(cookie=f"hitscope_visitor={visitor.cookie}")
    # Killed any sooner, the job may not have begun, and is then begun again.
    wait_until(
        lambda: [job for job in watcher.history() if (job["progress"] or {}).get("stage") == "measuring"],
        what="the measuring",
    )
    (broker,) = small.brokers()
    os.kill(broker, signal.SIGKILL)
    waiter.join()
    described(answers[0], "predictAsBefore" if "predict" in path else "createAnalysis", 409, "interrupted")


@pytest.mark.parametrize("path", ["/v1/analyses?wait=60", "/predict"])
def test_who_waits_for_a_deleted_job_is_told(small, long_track, path):
    visitor = small.visitor()
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(visitor.post(path, files={"file": long_track()})))
    waiter.start()
    watcher = small.visitor(cookie=f"hitscope_visitor={visitor.cookie}")
    (job,) = wait_until(watcher.history, what="its start")
    assert watcher.delete(f"/v1/analyses/{job['id']}").status_code == 204
    waiter.join()
    assert answers[0].status_code in (404, 409)


def test_a_worker_killed_while_it_has_nothing_to_do(small, short_track):
    visitor = small.visitor()
    for _ in range(3):
        (broker,) = small.brokers()
        os.kill(broker, signal.SIGKILL)
        assert visitor.upload(short_track(), wait=60).status_code == 200


def test_a_full_queue_says_when_to_come_back(small, long_track, short_track):
    visitor = small.visitor()
    running = start_long_job(visitor, long_track)
    waiting = [visitor.upload(short_track()) for _ in range(4)]
    assert {answer.status_code for answer in waiting} == {202}
    for other in (visitor, small.visitor()):
        full = other.upload(short_track())
        assert (full.status_code, full.json()["type"]) == (503, "busy")
        assert int(full.headers["Retry-After"]) >= 1
    assert visitor.delete(f"/v1/analyses/{running}").status_code == 204
    for answer in waiting:
        assert visitor.ended(answer.json()["id"])["state"] == "done"
    assert visitor.upload(short_track(), wait=60).status_code == 200


def test_many_at_once_do_not_overfill_the_queue(small, long_track, short_track):
    """The line is not longer than it may be, but for those who are being recorded at the same moment: four
    threads do that."""
    visitor = small.visitor()
    start_long_job(visitor, long_track)
    tracks, answers = [short_track() for _ in range(24)], []
    senders = [
        threading.Thread(target=lambda track=track: answers.append(small.visitor().upload(track)))
        for track in tracks
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    accepted = [answer for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} == {202, 503}
    assert len(accepted) <= 4 + 3


def test_one_visitor_does_not_take_all_the_room(start_server, long_track, short_track):
    server = start_server("--workers", "1", "--queue", "20", "--queue-per-client", "3")
    greedy, modest = server.visitor(), server.visitor()
    running = start_long_job(greedy, long_track)
    sent = [greedy.upload(short_track()) for _ in range(5)]
    assert [answer.status_code for answer in sent] == [202] * 3 + [503] * 2
    late = modest.upload(short_track())
    assert late.status_code == 202
    # Visitors take turns: one's first does not wait for all of another's.
    assert modest.analysis(late.json()["id"])["queue"]["position"] <= 2
    greedy.delete(f"/v1/analyses/{running}")
    assert modest.ended(late.json()["id"])["state"] == "done"


def test_cancelling_frees_the_worker(small, long_track, short_track):
    visitor = small.visitor()
    for _ in range(3):
        running = start_long_job(visitor, long_track)
        queued = visitor.upload(long_track()).json()["id"]
        for identity in (queued, running):
            assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204
    assert visitor.upload(short_track(), wait=60).status_code == 200
    assert len(visitor.history()) == 1
    wait_until(lambda: small.spooled() == [], what="the spool's emptiness")
