"""Requests that no HTTP library would send, and the answers to them taken apart."""

import json
import re
import socket
from typing import NamedTuple

from conftest import ROOT


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes


def exchange(server, request):
    """Sends bytes, says that no more will come, and gives all that is answered."""
    answer = b""
    with server.connection() as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError, OSError):
            pass
    return answer


def get(server, path=b"/healthz", *fields, host=b"127.0.0.1", method=b"GET", body=b""):
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: " + host, *fields, b"Connection: close"]
    return exchange(server, b"\r\n".join(lines) + b"\r\n\r\n" + body)


def post(server, path, body, content_type=b"application/json", *fields):
    length = b"Content-Length: %d" % len(body)
    return get(server, path, b"Content-Type: " + content_type, length, *fields, method=b"POST", body=body)


def form_with(content, name=b"a.wav", boundary=b"b"):
    disposition = b'Content-Disposition: form-data; name="file"; filename="%s"' % name
    return b"--%s\r\n%s\r\n\r\n%s\r\n--%s--\r\n" % (boundary, disposition, content, boundary)


FORM = b"multipart/form-data; boundary=b"


def answers_of(answer):
    """Each response on a connection; what is none fails the test."""
    found = []
    while answer:
        head, end, rest = answer.partition(b"\r\n\r\n")
        assert end, answer[:500]
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
        assert status, head[:200]
        if status[1] == b"100":
            answer = rest
            continue
        length = re.search(rb"(?i)\r\nContent-Length: (\d+)", head)
        size = int(length[1]) if length else 0
        assert len(rest) >= size, "an answer was cut"
        found.append(Answer(int(status[1]), head, rest[:size]))
        answer = rest[size:]
    return found


def statuses(server, answer, sent=b""):
    """The statuses of the answers; none may be a 5xx, ill formed, or tell what the machine should keep."""
    for secret in (
        str(server.folder).encode(),
        str(ROOT).encode(),
        b"/home/",
        b"root:x:0",
        b"HITSCOPE_TEST_SECRET",
    ):
        assert secret not in answer, (secret, sent[:200], answer[:1000])
    found = answers_of(answer)
    for status, head, body in found:
        assert status < 500, (sent[:300], status, body[:500])
        if status >= 400 and body:
            assert b"\r\nContent-Type: application/problem+json" in head
            problem = json.loads(body)
            assert problem["status"] == status
            assert problem["type"]
    return [status for status, _, _ in found]
