"""What only time shows: clients that stop in the middle of a request are let go, streams on which nothing
happens stay alive, kept audio goes when it is due. All of it is begun at once and looked at in turn."""

import socket
import time

import pytest
from serving import wait_until

PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF'
FORM = b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
JSON = b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# What is sent before the silence, and after how many seconds the server gives up.
HALVES = {
    "nothing": (b"", 10),
    "half a request line": (b"GET /heal", 10),
    "half a head": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Filler: ", 10),
    "half a body": (JSON + b'Content-Length: 100\r\n\r\n{"features"', 30),
    "half an upload": (FORM + b"Content-Length: 100000\r\n\r\n" + PART, 30),
    "half a chunk": (FORM + b"Transfer-Encoding: chunked\r\n\r\n1000\r\n" + PART, 30),
}


class Begun:
    """Everything that takes its time, begun."""

    def __init__(self, server, keeper, short_track):
        self.server = server
        self.at = time.monotonic()
        self.halves = {}
        for name, (sent, _) in HALVES.items():
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            connection.sendall(sent)
            self.halves[name] = connection
        self.listener = server.visitor()
        self.stream = self.listener.events()
        self.events = self.stream.__enter__()
        self.keeper = keeper.visitor()
        self.kept = self.keeper.upload(short_track(), wait=60).json()


@pytest.fixture(scope="module")
def begun(start_server, short_track):
    everything = Begun(start_server(), start_server("--keep-audio", "1"), short_track)
    yield everything
    everything.stream.__exit__(None, None, None)
    for connection in everything.halves.values():
        connection.close()


def all_that_is_answered(connection):
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


@pytest.mark.parametrize("name", HALVES)
def test_who_stops_in_the_middle_is_let_go(begun, name):
    _, patience_s = HALVES[name]
    answer = all_that_is_answered(begun.halves[name])
    # Beyond the limit there is only the machine being busy.
    assert time.monotonic() - begun.at < patience_s + 15
    # As docs/api/openapi.yaml says of every route; to a client that has sent nothing there is nothing to say.
    if name != "nothing":
        assert answer.startswith(b"HTTP/1.1 408 "), answer
        assert b'"type": "request-timeout"' in answer
    assert begun.server.is_running()
    assert patience_s == 10 or begun.server.spooled() == []


def test_a_quiet_stream_gives_signs_of_life(begun):
    heartbeats = [next(begun.events), next(begun.events)]
    assert [event.type for event in heartbeats] == ["", ""]


def test_a_quiet_stream_still_tells(begun, short_track):
    identity = begun.listener.upload(short_track()).json()["id"]
    done = next(event for event in begun.events if event.type == "done")
    assert done.data["analysis"] == identity


def test_kept_audio_goes_when_it_is_due(begun):
    """The server looks every 30 s."""
    assert begun.kept["audio_kept_until"] is not None
    identity = begun.kept["id"]
    wait_until(lambda: begun.keeper.server.spooled() == [], what="the end of kept audio")
    wait_until(lambda: begun.keeper.analysis(identity)["audio_kept_until"] is None, what="its being said")
    assert begun.keeper.analysis(identity)["state"] == "done"
