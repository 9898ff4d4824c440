"""More than a thousand requests that no honest client would send: each is answered with the right status and
type or its connection is closed; the server never crashes, tells nothing of itself, and does not grow."""

import json
import random
import re
import socket
import struct
from contextlib import suppress

import pytest
from raw_http import FORM, answers_of, exchange, form_with, get, post, statuses
from serving import wait_until

SECRET = "a-token-nobody-may-see"
NOWHERE = b"/v1/analyses/" + b"A" * 22


@pytest.fixture(scope="module")
def target(start_server, tmp_path_factory):
    tokens = tmp_path_factory.mktemp("tokens") / "tokens.txt"
    tokens.write_text(SECRET + "\n")
    options = ["--token-file", tokens, "--max-upload", "64MB", "--log-level", "debug"]
    return start_server(*options, environment={"HITSCOPE_TEST_SECRET": SECRET})


@pytest.fixture(autouse=True, scope="module")
def stays_whole(target):
    """Around all tests of this file: the same process, and no word of it that should not be."""
    visitor = target.visitor()
    target.visitor(token=SECRET).get("/v1/analyses")
    yield
    assert target.is_running()
    assert visitor.get("/readyz").status_code == 200
    log = target.log_text()
    for secret in (SECRET, visitor.cookie, "hitscope_visitor", str(target.data)):
        assert secret not in log
    for line in log.splitlines():
        assert "time" in json.loads(line), line
    assert '"level":"error"' not in log


UP = [
    b"../", b"..%2f", b"%2e%2e/", b"%2e%2e%2f", b"..\\", b"..%5c", b"....//", b"%252e%252e%252f", b"..%c0%af",
    b"..;/", b"./../", b"//", b"%00../",
]  # fmt: skip
ENDS = [b"etc/passwd", b"proc/self/environ", b"history.sqlite", b"visitor.key%00.html"]
STARTS = [b"/", b"/v1/analyses/", b"/demo/", b"/docs/", NOWHERE + b"/"]


def test_traversal_in_paths(target):
    for path in (start + up * 12 + end for start in STARTS for up in UP for end in ENDS):
        assert statuses(target, get(target, path), path) in ([404], [400]), path


ODD_HEADS = [
    b"", b"\r\n", b"\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/0.9\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"get / http/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\nCookie: x=y\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x00Y: z\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rSet-Cookie: b=c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: folded\r\n  line\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    b"G" * 50_000,
    b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a=b;" * 3_000 + b"\r\n\r\n",
]  # fmt: skip


def test_odd_heads(target):
    for request in ODD_HEADS:
        for status in statuses(target, exchange(target, request), request):
            assert status in (200, 400, 403, 404, 405, 414, 431), (request[:200], status)


def test_header_injection_does_not_reach_an_answer(target):
    paths = [b"/x%0d%0aX-Evil:1", b"/v1/analyses?search=%0d%0aX-Evil:1", b"/v1/analyses/%0d%0aX-Evil:1"]
    answers = [get(target, path) for path in paths]
    for name in (
        b"x\r\nX-Evil: 1",
        b"x%0d%0aX-Evil: 1",
        b'x"\r\nX-Evil: 1\r\nContent-Type: text/html\r\n\r\n<b>',
    ):
        answers.append(post(target, b"/v1/analyses?wait=5", form_with(b"abc", name), FORM))
    for answer in answers:
        statuses(target, answer)
        assert not any(b"X-Evil" in head for _, head, _ in answers_of(answer))


LENGTHS = [
    b"-1", b"+5", b"1e3", b"0x10", b"99999999999999999999", b"18446744073709551616", b"9223372036854775807",
    b"4294967296", b"1 1", b"1,1", b"1\r\nContent-Length: 2", b" ", b"\xb2", b"1_000",
]  # fmt: skip


def test_lengths_that_lie(target):
    for length in LENGTHS:
        for path, kind in ((b"/v1/predictions", b"application/json"), (b"/v1/analyses", FORM)):
            fields = [b"Content-Type: " + kind, b"Content-Length: " + length]
            answer = get(target, path, *fields, method=b"POST", body=b"{}" * 5)
            assert set(statuses(target, answer, length)) <= {400, 413}, length


# Two readers that disagree about where a request ends are how a second one is smuggled in.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED_BODY = b"0\r\n\r\n" + SMUGGLED
POST = b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(CHUNKED_BODY)


@pytest.mark.parametrize(
    "fields",
    [
        LENGTH + b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\n" + LENGTH,
        LENGTH + b"Transfer-Encoding: xchunked\r\n",
        LENGTH + b"Transfer-Encoding : chunked\r\n",
        LENGTH + b"Transfer-Encoding:\tchunked\r\n",
        LENGTH + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        LENGTH + b"Transfer-Encoding: identity, chunked\r\n",
        LENGTH + b"Transfer-Encoding: chunked, identity\r\n",
        LENGTH + b"X: y\nTransfer-Encoding: chunked\r\n",
        LENGTH + b" Transfer-Encoding: chunked\r\n",
        LENGTH + b"Transfer-Encoding:\r\n chunked\r\n",
        LENGTH + b"Content-Length: 5\r\n",
        b"Content-Length: 5\r\n" + LENGTH,
    ],
    ids=range(13),
)
def test_two_ways_of_telling_the_length(target, fields):
    answer = exchange(target, POST + fields + b"\r\n" + CHUNKED_BODY)
    assert statuses(target, answer, fields) in ([], [400]), "what follows is taken for a request"


@pytest.mark.parametrize(
    "chunk",
    [
        b"g\r\n{}\r\n0\r\n\r\n",
        b"-1\r\n{}\r\n",
        b"ffffffffffffffff\r\n{}",
        b"10000000000000000\r\n{}",
        b"2 ;x\n{}\r\n0\r\n\r\n",
        b"2\r\n{}X0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
    ],
    ids=range(7),
)
def test_chunks_that_are_none(target, chunk):
    request = POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + SMUGGLED
    assert statuses(target, exchange(target, request), chunk) in ([], [400], [413])


@pytest.mark.parametrize(
    "head", [b"2;", b"0" * 10, b"2\r\n{}\r\n0\r\nX: "], ids=["extension", "size", "trailer"]
)
def test_lines_between_chunks_do_not_grow_without_end(target, head):
    before = target.rss_bytes()
    with target.connection() as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + head)
        with suppress(OSError):
            for _ in range(64):
                connection.sendall(b"0" * (1 << 20))
        assert target.rss_bytes() - before < 16 << 20


def test_a_refused_body_is_not_the_next_request(target):
    refused = b"POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED)
    assert statuses(target, exchange(target, refused + SMUGGLED)) == [405]


def test_pipelined_requests_are_answered_in_order(target):
    pair = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert statuses(target, exchange(target, pair * 50)) == [200, 404] * 50


FOREIGN_HOSTS = [
    b"evil.example", b"evil.example:80", b"localhost.evil.example", b"127.0.0.1.evil.example", b"", b"[::1",
    b"127.0.0.1:x", b"localhost@evil.example", b"evil.example#localhost", b"evil.example/localhost",
    b"xlocalhost",
    b"127.0.0.1 evil", b"*",
]  # fmt: skip


@pytest.mark.parametrize("path", [b"/", b"/healthz", b"/v1/analyses", b"/metrics", b"/openapi.json"])
def test_names_of_others_are_refused(target, path):
    """DNS rebinding: a name of the attacker's that leads to this machine is still not this server's."""
    for host in FOREIGN_HOSTS:
        assert statuses(target, get(target, path, host=host), host) == [403], host
    for host in (b"localhost", b"127.0.0.1:%d" % target.port, b"LOCALHOST:1", b"[::1]:8080", b"localhost."):
        assert statuses(target, get(target, path, host=host), host) == [200], host


def test_pages_of_others_are_refused(target):
    visitor = target.visitor()
    own = f"http://127.0.0.1:{target.port}".encode()
    cookie = b"Cookie: hitscope_visitor=" + visitor.cookie.encode()
    for origin in (
        b"http://evil.example", b"null", b"http://127.0.0.1:1", b"http://localhost", b"file://", own + b"/",
        own + b".evil.example", own + b"0",
    ):  # fmt: skip
        marks = [b"Origin: " + origin, cookie]
        for path in (b"/v1/analyses", b"/predict"):
            assert statuses(target, post(target, path, form_with(b"abc"), FORM, *marks)) == [403], origin
        assert statuses(target, post(target, b"/v1/predictions", b"{}", b"text/plain", *marks)) == [403], (
            origin
        )
        assert statuses(target, get(target, NOWHERE, *marks, method=b"DELETE")) == [403], origin
        read = get(target, b"/v1/analyses", *marks)
        assert b"access-control-allow" not in read.lower()
    for site in (b"cross-site", b"same-site"):
        for path in (b"/v1/analyses", b"/v1/events", b"/v1/models"):
            assert statuses(target, get(target, path, b"Sec-Fetch-Site: " + site, cookie)) == [403]
    asks = [b"Origin: http://evil.example", b"Access-Control-Request-Method: POST"]
    preflight = get(target, b"/v1/analyses", *asks, method=b"OPTIONS")
    assert statuses(target, preflight) in ([403], [405])
    assert b"access-control-allow" not in preflight.lower()
    assert visitor.history() == []


NAMES = [
    "../../../../etc/cron.d/x", "..\\..\\x.wav", "/etc/passwd", "C:\\Windows\\x.wav", "\0.wav", "a\0b",
    "x" * 5000,
    ".", "..", "'; DROP TABLE analyses; --", "<script>alert(1)</script>.mp3", "%s%n%x",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp",
    "\N{MUSICAL SYMBOL G CLEF}.wav", "a/b/c", "CON", "-rf", "$(touch /tmp/x)", "`id`", "x\ty",
    "\x7f\x1b[2J", "\\",
]  # fmt: skip


def test_names_never_become_paths(target):
    visitor = target.visitor()
    around = {path for path in target.folder.rglob("*") if "sqlite" not in path.name}
    for name in NAMES:
        for fields in (None, {"name": name[:300]}):
            answer = visitor.upload(b"no music", name, wait=20, fields=fields)
            assert answer.status_code in (400, 415), (name, answer.text)
    not_utf8 = form_with(b"abc", b"\xff\xfe\x80.wav")
    assert statuses(target, post(target, b"/v1/analyses?wait=20", not_utf8, FORM)) == [415]
    wait_until(lambda: target.spooled() == [], what="the spool's emptiness")
    assert {path for path in target.folder.rglob("*") if "sqlite" not in path.name} == around
    shown = {analysis["name"] for analysis in visitor.history(limit=200)}
    assert {"passwd", "'; DROP TABLE analyses; --"} <= shown
    for name in NAMES:
        assert visitor.get("/v1/analyses", params={"search": name[:200]}).status_code in (200, 400)


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
WHOLE = form_with(b"abc")
MANY_FIELDS = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(2000)
)
NO_FORMS = [
    b"", b"--b", b"--b--", b"--b\r\n", b"--b\r\n\r\n", PART, PART + b"abc", PART + b"abc\r\n--b",
    PART + b"abc\r\n--c--\r\n", WHOLE.replace(b"\r\n", b"\n"), WHOLE.replace(b'name="file"; ', b""),
    WHOLE.replace(b'name="file"', b'name="'), b"--b\r\n" + b"X: y\r\n" * 50_000 + b"\r\nabc\r\n--b--\r\n",
    (PART + b"abc\r\n") * 500 + b"--b--\r\n", MANY_FIELDS + b"--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"n" * 200_000 + b"\r\n--b--\r\n",
    b"\r\n--b" * 10_000, b"\r" * 100_000, b"-" * 100_000, bytes(100_000),
]  # fmt: skip
NO_FORM_TYPES = [
    b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/mixed; boundary=b",
    b"audio/mpeg", b"",
    b"multipart/form-data; boundary=" + b"b" * 100, b'multipart/form-data; boundary="b',
    b"application/x-www-form-urlencoded",
]  # fmt: skip


def test_forms_that_are_none(target):
    for body in NO_FORMS:
        answer = post(target, b"/v1/analyses?wait=20", body, FORM)
        assert statuses(target, answer, body) == [400], body[:100]
    for kind in NO_FORM_TYPES:
        assert statuses(target, post(target, b"/v1/analyses", WHOLE, kind), kind) == [415], kind
    assert target.spooled() == []


NO_QUESTIONS = [
    b"", b"nul", b"{" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000, b"\xef\xbb\xbf{}",
    b'{"\xff": 1}',
    b'{"features": {"tempo": ' + b"9" * 100_000 + b"}}", b'{"features": {"tempo": NaN}}', b"{}" * 10,
    b'{"features": {"tempo": -1e400}}', b'{"features": {"tempo": "1"}}', b'{"features": {"\\ud800": 1}}',
    b'{"features": {}, "features": {"tempo": []}}', b'{"model": "../../etc/passwd", "features": {}}',
    b'{"explain": 1, "features": {}}', b'"' + b"\\u0000" * 10_000 + b'"',
]  # fmt: skip


def test_json_that_is_none(target):
    for body in NO_QUESTIONS:
        assert statuses(target, post(target, b"/v1/predictions", body), body) in ([400], [404]), body[:100]


def test_random_bytes(target):
    """... and honest requests with a few bytes changed."""
    chance = random.Random(6)
    honest = (
        POST
        + b"Content-Length: 32\r\nCookie: hitscope_visitor=x\r\n\r\n"
        + b'{"features": {"tempo": 120.000}}'
    )
    assert statuses(target, exchange(target, honest)) == [200]
    for number in range(400):
        if number % 4 == 0:
            request = chance.randbytes(chance.choice([1, 10, 100, 5000]))
        else:
            changed = bytearray(honest)
            for _ in range(chance.choice([1, 2, 5, 20])):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            request = bytes(changed[: chance.randrange(len(changed))] if number % 4 == 1 else changed)
        statuses(target, exchange(target, request), request)


def test_connections_that_break(target):
    """Resets in the middle of heads, bodies, answers and streams."""
    visitor = target.visitor()
    upload = b"POST /v1/analyses?wait=60 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
    upload += b"Content-Type: " + FORM + b"\r\n\r\n" + PART
    cookie = b"Cookie: hitscope_visitor=" + visitor.cookie.encode()
    stream = b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n" + cookie + b"\r\n\r\n"
    page = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for request in (b"", b"GE", page * 20, upload, upload + bytes(300_000), stream):
        for _ in range(20):
            with target.connection() as connection:
                connection.sendall(request)
                # With time 0 a close is a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: target.spooled() == [], what="the end of broken uploads on disk")
    no_streams = re.compile(r'hitscope_now{what="event_streams"} 0\b')
    wait_until(lambda: no_streams.search(visitor.get("/metrics").text), what="the end of the streams")


def test_a_client_that_does_not_read_costs_little(target):
    """Answers that nobody takes fill the socket, and no more."""
    before = target.rss_bytes()
    request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with target.connection(timeout_s=2) as connection:

        def ask_on_and_on():
            for _ in range(5000):
                connection.sendall(request * 100)

        with pytest.raises(TimeoutError):
            ask_on_and_on()
        assert target.visitor().get("/healthz").status_code == 200
        assert target.rss_bytes() - before < 16 << 20


def test_memory_is_flat(target):
    """A second helping of everything takes no more memory than the first left: the allowance is for caches
    and the allocator's slack; 4 KB a request would be more."""
    allowance_bytes = 4 << 20
    visitor = target.visitor()

    def helping():
        test_traversal_in_paths(target)
        test_odd_heads(target)
        test_forms_that_are_none(target)
        test_random_bytes(target)
        for _ in range(300):
            get(target, b"/nothing")
            visitor.get("/healthz")

    helping()
    before = target.rss_bytes()
    helping()
    assert target.rss_bytes() - before < allowance_bytes


def test_more_bytes_than_are_taken(target):
    visitor = target.visitor()
    before = target.rss_bytes()

    def endless():
        yield PART
        for _ in range(100):
            yield bytes(1 << 20)

    # With the length said beforehand, and in chunks that only show it.
    told = get(
        target,
        b"/v1/analyses",
        b"Content-Type: " + FORM,
        b"Content-Length: %d" % (70 << 20),
        method=b"POST",
        body=PART,
    )
    assert statuses(target, told) == [413]
    try:
        found_out = visitor.post("/v1/analyses", data=endless(), headers={"Content-Type": FORM.decode()})
        assert (found_out.status_code, found_out.json()["type"]) == (413, "too-large")
    except OSError:  # it stopped listening while we were still speaking
        pass
    wait_until(lambda: target.spooled() == [], what="the spool's emptiness")
    assert target.rss_bytes() - before < 8 << 20, "uploads go to the disk and not into memory"
