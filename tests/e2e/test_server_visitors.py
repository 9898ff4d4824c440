"""Each sees only their own: no route shows, lists, follows, pictures or deletes what is another's, no cookie
can be forged, and what was deleted is gone from the disk."""

import base64
import re
import sqlite3
import time

import pytest
from serving import wait_until

TOKENS = ["correct-horse-battery-staple", "a-second-token"]


@pytest.fixture(scope="module")
def server(start_server, tmp_path_factory):
    tokens = tmp_path_factory.mktemp("tokens") / "tokens.txt"
    tokens.write_text("# of the tests\n\n" + "\n".join(TOKENS) + "  \n")
    return start_server("--token-file", tokens, "--log-level", "debug")


@pytest.fixture(scope="module")
def owned(server, short_track):
    """A finished analysis and whose it is."""
    owner = server.visitor()
    return owner, owner.upload(short_track(), "the owner's own song.wav", wait=60).json()["id"]


def strangers(server, owned):
    """Everyone who is not the owner, by what they call themselves."""
    owner, _ = owned
    identity, _, signature = owner.cookie.partition(".")
    other, _, other_signature = server.visitor().cookie.partition(".")
    swapped = identity[:-1] + ("A" if identity[-1] != "A" else "B")
    # The last letter of 32 bytes in base64url holds four bits and two that mean nothing.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = signature[:-1] + alphabet[alphabet.index(signature[-1]) ^ 1]
    forged = [
        identity,
        f"{identity}.",
        f"{identity}.{other_signature}",
        f"{other}.{signature}",
        f"{swapped}.{signature}",
        f"{identity}.{signature[:-1]}",
        f"{identity}.{signature}x",
        f"{identity}.{twin}",
        f"{identity}.{signature.lower()}",
        f"{identity}.{'A' * 43}",
        f'"{identity}.{signature}"',
        f" {identity}.{signature}",
        f"{identity}%2E{signature}",
        f"v{identity}.{signature}",
        "",
        "." * 300,
        "x" * 10_000,
    ]
    yield "another browser", server.visitor()
    yield "a program", server.visitor(token=TOKENS[0])
    yield "nobody", server.visitor(cookie="")
    for value in forged:
        yield f"cookie {value[:80]!r}", server.visitor(cookie=f"hitscope_visitor={value}")
    for name in ("Hitscope_Visitor", "hitscope_visitor2", "xhitscope_visitor", "hitscope_visitor "):
        yield f"cookie name {name!r}", server.visitor(cookie=f"{name}={owner.cookie}")
    # The first counts: a stranger's that stands before does not become the owner's, nor the other way round.
    yield "two cookies", server.visitor(cookie=f"hitscope_visitor=x; hitscope_visitor={owner.cookie}")


def test_what_is_anothers_is_as_if_it_were_not_there(server, owned):
    owner, identity = owned
    nowhere = "A" * 22
    for who, stranger in strangers(server, owned):
        for method, suffix in (
            ("GET", ""),
            ("HEAD", ""),
            ("GET", "/dna"),
            ("GET", "/dna.svg"),
            ("GET", "/dna.svg?view=ring"),
            ("GET", "/events"),
            ("DELETE", ""),
        ):
            theirs = stranger.request(method, f"/v1/analyses/{identity}{suffix}")
            none = stranger.request(method, f"/v1/analyses/{nowhere}{suffix}")
            assert theirs.status_code == none.status_code == 404, (who, method, suffix, theirs.text)
            if method != "HEAD":
                assert {**theirs.json(), "request_id": 0} == {**none.json(), "request_id": 0}
        for parameters in ({}, {"search": "owner"}, {"state": "done"}, {"limit": 200}):
            assert stranger.get("/v1/analyses", params=parameters).json()["analyses"] == [], who
        resumed = stranger.get("/v1/events", stream=True, headers={"Last-Event-ID": "x-0"})
        resumed.close()
    assert owner.analysis(identity)["name"] == "the owner's own song.wav"


def test_a_stream_tells_nothing_of_others(server, short_track):
    ours, theirs = server.visitor(), server.visitor()
    with ours.events() as events:
        heard = theirs.upload(short_track(), "secret.wav", wait=60).json()["id"]
        ours.upload(short_track(), "ours.wav")
        told = []
        for event in events:
            told.append(event)
            if event.type == "done":
                break
    assert heard not in str(told)
    # ... nor when it resumes at a place where another's events are numbered.
    run, _, number = told[-1].id.rpartition("-")
    for step in range(0, min(40, int(number)), 5):
        with ours.events(last_event_id=f"{run}-{int(number) - step}") as events:
            last = ours.upload(short_track(), "again.wav").json()["id"]
            for event in events:
                assert heard not in str(event)
                if event.type == "done" and event.data["analysis"] == last:
                    break


def test_cursors_lead_only_through_ones_own(server, short_track):
    ours, theirs = server.visitor(), server.visitor()
    track = short_track()
    for number in range(3):
        ours.upload(track, f"{number}.wav", wait=60)
    cursor = ours.get("/v1/analyses", params={"limit": 1}).json()["next"]
    answer = theirs.get("/v1/analyses", params={"cursor": cursor})
    assert answer.status_code == 400 or answer.json()["analyses"] == []


def test_the_cookie_is_set_once_and_well(server):
    first = server.visitor(cookie="").get("/v1/analyses")
    (cookie,) = re.findall(r"hitscope_visitor=([^;]+); (.*)", first.headers["Set-Cookie"])
    attributes = set(cookie[1].split("; "))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= attributes
    assert not any(attribute.startswith("Domain") for attribute in attributes)
    returning = server.visitor(cookie=f"hitscope_visitor={cookie[0]}").get("/v1/analyses")
    assert "Set-Cookie" not in returning.headers
    assert returning.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in server.visitor(cookie="").get("/healthz").headers


def test_ids_are_unguessable(server, short_track):
    track = short_track()
    visitor = server.visitor()
    made = [visitor.upload(track, wait=60).json()["id"] for _ in range(20)]
    made += [server.visitor().cookie.partition(".")[0] for _ in range(20)]
    bits = [int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big") for text in made]
    assert len(set(bits)) == 40
    for bit in range(128):  # each is a coin: 40 equal ones happen once in 5e11
        assert 0 < sum(value >> bit & 1 for value in bits) < 40


def test_programs_are_told_apart_by_their_tokens(server, short_track):
    one, same, other = (server.visitor(token=token) for token in (TOKENS[0], TOKENS[0], TOKENS[1]))
    answer = one.upload(short_track(), wait=60)
    assert "Set-Cookie" not in answer.headers
    identity = answer.json()["id"]
    assert same.analysis(identity)["state"] == "done"
    assert other.get(f"/v1/analyses/{identity}").status_code == 404
    for header in (
        "Bearer",
        "Bearer ",
        f"Bearer {TOKENS[0]}x",
        f"Bearer {TOKENS[0][:-1]}",
        f"Bearer {TOKENS[0]} {TOKENS[1]}",
        f"Basic {TOKENS[0]}",
        TOKENS[0],
        "Bearer # of the tests",
    ):
        answer = one.get(f"/v1/analyses/{identity}", headers={"Authorization": header.rstrip()})
        assert answer.status_code == 401, header
        assert answer.json()["type"] == "unauthorized"
    # A wrong token is not healed by a right cookie.
    browser = server.visitor()
    answer = browser.get("/v1/analyses", headers={"Authorization": "Bearer nobody's"})
    assert answer.status_code == 401


def test_a_cookie_of_another_server_is_worth_nothing(server, start_server, owned):
    owner, identity = owned
    assert start_server().visitor(cookie=f"hitscope_visitor={owner.cookie}").history() == []
    elsewhere = start_server().visitor()
    stranger = server.visitor(cookie=f"hitscope_visitor={elsewhere.cookie}")
    assert stranger.get(f"/v1/analyses/{identity}").status_code == 404


def bytes_on_disk(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("keeps_audio", [False, True])
def test_deleted_means_deleted(start_server, short_track, keeps_audio):
    server = start_server(*(["--keep-audio", "3600"] if keeps_audio else []))
    visitor = server.visitor()
    name, kept_name = "zq-marker-to-be-deleted-zq.wav", "zq-marker-to-be-kept-zq.wav"
    kept = visitor.upload(short_track(), kept_name, wait=60).json()
    gone = visitor.upload(short_track(), name, wait=60).json()
    assert len(server.spooled()) == (2 if keeps_audio else 0)
    assert (gone["audio_kept_until"] is not None) == keeps_audio
    frames = visitor.get(f"/v1/analyses/{gone['id']}/dna").content
    # However the history keeps frames, a stretch of them says that they are there.
    stretch = frames[400:520]
    written = bytes_on_disk(server.data)
    assert name.encode() in written
    assert gone["source"]["sha256"].encode() in written
    assert visitor.delete(f"/v1/analyses/{gone['id']}").status_code == 204

    def is_gone():
        written = bytes_on_disk(server.data)
        traces = [name.encode(), gone["source"]["sha256"].encode(), gone["id"].encode(), stretch]
        traces += [base64.b64encode(stretch[offset:])[4:-4] for offset in range(3)]
        return not any(trace in written for trace in traces)

    wait_until(is_gone, 10, "the end of every trace on disk")
    assert len(server.spooled()) == (1 if keeps_audio else 0)
    assert visitor.analysis(kept["id"])["name"] == kept_name
    assert visitor.get(f"/v1/analyses/{kept['id']}/dna").status_code == 200
    assert kept_name.encode() in bytes_on_disk(server.data)
    assert name not in server.log_text()
    assert kept_name not in server.log_text()
    server.end()
    with sqlite3.connect(server.data / "history.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for table, rows in (("analyses", 1), ("results", 1), ("frames", 1), ("votes", 5)):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchall() == [(rows,)], table


def test_deleted_means_deleted_in_postgresql(start_server, postgres, short_track):
    database, url = postgres.new_database()
    server = start_server("--database", url)
    visitor = server.visitor()
    kept = visitor.upload(short_track(), "kept.wav", wait=60).json()["id"]
    gone = visitor.upload(short_track(), "gone.wav", wait=60).json()["id"]
    assert visitor.delete(f"/v1/analyses/{gone}").status_code == 204
    assert postgres.query(database, "SELECT id FROM analyses") == kept
    for table, rows in (("results", 1), ("frames", 1), ("votes", 5)):
        assert postgres.query(database, f"SELECT count(*) FROM {table}") == str(rows)
    assert server.spooled() == []


def test_equal_bytes_of_two_visitors_part_when_one_deletes(server, short_track):
    track = short_track()
    ours, theirs = server.visitor(), server.visitor()
    first = ours.upload(track, wait=60).json()["id"]
    second = theirs.upload(track, wait=60).json()["id"]
    assert ours.delete(f"/v1/analyses/{first}").status_code == 204
    assert theirs.analysis(second)["result"] is not None
    assert theirs.get(f"/v1/analyses/{second}/dna").status_code == 200
    assert theirs.delete(f"/v1/analyses/{second}").status_code == 204
    again = ours.upload(track, wait=60).json()
    assert again["cached"] is False, "with the last of its analyses a result goes too"


def test_a_deleted_track_is_not_analysed_any_longer(server, long_track):
    visitor = server.visitor()
    identity = visitor.upload(long_track()).json()["id"]
    wait_until(lambda: visitor.analysis(identity)["state"] == "running", what="the start")
    assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204
    assert visitor.delete(f"/v1/analyses/{identity}").status_code == 404
    wait_until(lambda: server.spooled() == [], 10, "the end of the upload on disk")
    time.sleep(0.2)
    assert visitor.history() == []
    assert 'hitscope_now{what="running"} 0' in visitor.get("/metrics").text
