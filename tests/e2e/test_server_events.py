"""Live progress: what a stream tells, in which order, and that one that broke goes on where it was."""

import itertools
import threading

import jsonschema_rs
import pytest
from serving import wait_until

MODELS = {"random_forest", "xgboost", "adaboost", "knn", "decision_tree"}
LAST = {"done", "failed", "interrupted", "cancelled", "deleted"}


@pytest.fixture
def visitor(server):
    return server.visitor()


@pytest.fixture(scope="module")
def conforms(server):
    """Checks an event's data against what the description says of its type."""
    document = server.visitor().get("/openapi.json").json()
    kinds = document["components"]["responses"]["EventStream"]["content"]["text/event-stream"]["x-events"]
    validators = {
        name: jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})
        for name, schema in kinds.items()
    }

    def check(event):
        if event.type:  # else a heartbeat
            assert event.type in validators, event
            validators[event.type].validate(event.data)
        return event

    return check


def until_the_end(events):
    """The events of one analysis, heartbeats left out."""
    return [event for event in events if event.type]


def test_a_track_tells_its_story_in_order(visitor, long_track, conforms):
    identity = visitor.upload(long_track()).json()["id"]
    with visitor.events(f"/v1/analyses/{identity}/events") as events:
        story = until_the_end(map(conforms, events))  # and there the stream ends
    assert story[0].type == "state"
    assert story[0].data["id"] == identity
    assert {event.data["analysis"] for event in story[1:]} == {identity}
    told = [event.type for event in story[1:]]
    order = [kind for kind, _ in itertools.groupby(told)]
    assert order[-3:] == ["measuring", "vote", "done"]
    assert order[:-3] in ([], ["decoding"], ["queued"], ["queued", "decoding"])
    seconds = [event.data["done_s"] for event in story if event.type == "measuring"]
    assert len(seconds) > 2
    assert seconds == sorted(seconds)
    assert {event.data["known_s"] for event in story if event.type == "measuring"} == {3600}
    assert {event.data["model"] for event in story if event.type == "vote"} == MODELS
    assert told.count("vote") == len(MODELS)
    result = visitor.analysis(identity)
    assert story[-1].data["summary"] == result["summary"]
    votes = {vote["model"]: vote["probability"] for vote in result["result"]["verdict"]["votes"]}
    assert votes == {
        event.data["model"]: event.data["probability"] for event in story if event.type == "vote"
    }


def test_a_finished_track_tells_its_state_and_no_more(visitor, short_track, conforms):
    identity = visitor.upload(short_track(), wait=60).json()["id"]
    with visitor.events(f"/v1/analyses/{identity}/events") as events:
        (only,) = until_the_end(map(conforms, events))
    assert (only.type, only.data["state"]) == ("state", "done")
    assert only.data["result"] is not None


def test_one_stream_tells_of_all_of_a_visitors_tracks(visitor, short_track, conforms):
    ended = {}
    with visitor.events() as events:
        sent = [visitor.upload(short_track()).json()["id"] for _ in range(5)]
        broken = visitor.upload(b"This is no music.\n" * 100).json()["id"]
        for event in map(conforms, events):
            if event.type in LAST:
                ended[event.data["analysis"]] = event.type
            if len(ended) == 6:
                break
    assert ended == {**dict.fromkeys(sent, "done"), broken: "failed"}


def test_a_new_stream_starts_with_what_is_unfinished(visitor, long_track, short_track, conforms):
    visitor.upload(short_track(), wait=60)
    unfinished = visitor.upload(long_track()).json()["id"]
    with visitor.events() as events:
        first = conforms(next(events))
        assert (first.type, first.data["id"]) == ("state", unfinished)
        assert first.data["state"] in ("queued", "running")
    visitor.delete(f"/v1/analyses/{unfinished}")


def test_a_stream_that_broke_goes_on_where_it_was(visitor, short_track, conforms):
    with visitor.events() as events:
        visitor.upload(short_track())
        whole = []
        for event in map(conforms, events):
            if event.type:
                whole.append(event)
            if event.type == "done":
                break
    assert len({event.id for event in whole}) == len(whole)
    # A newer place in the line, or more seconds done, makes an older one worthless.
    kept = [event for event in whole if event.type not in ("queued", "measuring")]
    for middle, last_seen in enumerate(whole[:-1]):
        with visitor.events(last_event_id=last_seen.id) as events:
            rest = []
            for event in map(conforms, events):
                rest.append(event)
                if event.type == "done":
                    break
        assert [event for event in rest if event.type not in ("queued", "measuring")] == [
            event for event in whole[middle + 1 :] if event in kept
        ]
        assert all(event in whole for event in rest)


def test_what_happened_while_a_stream_was_broken_is_told(visitor, short_track):
    with visitor.events() as events:
        first = visitor.upload(short_track()).json()["id"]
        last_seen = next(event for event in events if event.type == "done").id
    second = visitor.upload(short_track(), wait=60).json()["id"]
    assert first != second
    with visitor.events(last_event_id=last_seen) as events:
        told = []
        for event in events:
            told.append(event)
            if event.type == "done":
                break
    assert {event.data["analysis"] for event in told} == {second}
    assert [event.type for event in told].count("vote") == len(MODELS)
    with visitor.events(f"/v1/analyses/{second}/events", last_event_id=last_seen) as events:
        assert [event.id for event in until_the_end(events)] == [event.id for event in told]


@pytest.mark.parametrize("last_seen", ["", "x", "0-0", "zzzzzzzz-1", "-" * 100, "é", "1" * 127])
def test_an_id_that_is_none_of_ours_starts_anew(visitor, short_track, last_seen):
    identity = visitor.upload(short_track(), wait=60).json()["id"]
    with visitor.events(f"/v1/analyses/{identity}/events", last_event_id=last_seen.encode()) as events:
        assert next(events).type == "state"


def test_after_a_restart_a_stream_starts_anew(start_server, short_track):
    server = start_server()
    visitor = server.visitor()
    with visitor.events() as events:
        visitor.upload(short_track())
        last = next(event for event in events if event.type == "done")
    server.end()
    server.start()
    with visitor.events(f"/v1/analyses/{last.data['analysis']}/events", last_event_id=last.id) as events:
        (only,) = until_the_end(events)
    assert (only.type, only.data["state"]) == ("state", "done")


def test_a_deletion_ends_the_streams(visitor, long_track, conforms):
    identity = visitor.upload(long_track()).json()["id"]
    wait_until(lambda: visitor.analysis(identity)["state"] == "running", what="the start")
    story = []

    def listen():
        with visitor.events(f"/v1/analyses/{identity}/events") as events:
            for event in map(conforms, events):
                story.append(event)

    listener = threading.Thread(target=listen)
    listener.start()
    wait_until(lambda: story, what="the first event")
    with visitor.events() as events:
        assert next(events).type == "state"
        assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204
        last = next(event for event in map(conforms, events) if event.type in LAST)
    listener.join(timeout=30)
    assert (last.type, last.data) == ("deleted", {"analysis": identity})
    assert story[-1].type == "deleted"


def test_places_in_the_line_are_told(start_server, long_track, short_track, conforms):
    server = start_server("--workers", "1")
    visitor = server.visitor()
    first = visitor.upload(long_track()).json()["id"]
    wait_until(lambda: visitor.analysis(first)["state"] == "running", what="the start")
    with visitor.events() as events:
        next(events)
        waiting = [visitor.upload(short_track()).json() for _ in range(3)]
        assert [track["queue"]["position"] for track in waiting] == [1, 2, 3]
        visitor.delete(f"/v1/analyses/{first}")
        places = {track["id"]: [] for track in waiting}
        ended = 0
        for event in map(conforms, events):
            if event.type == "queued":
                places[event.data["analysis"]].append(event.data["position"])
            ended += event.type == "done"
            if ended == 3:
                break
    assert [places[track["id"]] for track in waiting] == [[1], [2, 1], [3, 2, 1]]
