"""Real servers for tests and benchmarks: started on a free port over a folder of their own, watched, killed.

A `Server` outlives its process: `kill()` and `start()` again is what a crash and a restart look like. A
`Visitor` is one browser or program that talks to it: it keeps its cookie, also over a restart.
"""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import requests

FINAL = {"done", "failed", "interrupted", "cancelled"}
ID = re.compile(r"[A-Za-z0-9_-]{22}")
PATIENCE_S = 60  # a guard against hanging, not a measure of speed


def wait_until(condition, timeout_s=PATIENCE_S, what="it"):
    """Asks again and again; returns the first answer that is true."""
    deadline = time.monotonic() + timeout_s
    while True:
        if answer := condition():
            return answer
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout_s} s"
        time.sleep(0.01)


def children_of(pid):
    """Ids of a process's children, those of all its threads."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += [int(word) for word in (task / "children").read_text().split()]
    return found


def is_alive(pid):
    """Whether a process is there and no zombie."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def rss_bytes(pid):
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


class Event(NamedTuple):
    id: str | None
    type: str
    data: dict


class Server:
    """`arguments` are those of `hitscope serve` besides --port and --data."""

    def __init__(self, program, folder, *arguments, environment=None):
        self.program = Path(program)
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.arguments = [os.fspath(argument) for argument in arguments]
        self.log = self.folder / "log.jsonl"
        self.words = self.folder / "stdout.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HITSCOPE_")}
        self.environment = kept | (environment or {})
        self.process = None
        self.url = None

    def launch(self):
        """Starts it without waiting until it answers."""
        with open(self.words, "wb") as out, open(self.log, "ab") as err:
            self.process = subprocess.Popen(
                [self.program, "serve", "--port", "0", "--data", self.data, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environment,
            )

    def start(self):
        self.launch()

        def address():
            assert self.process.poll() is None, f"the server does not start:\n{self.log_text()[-2000:]}"
            return re.match(r"hitscope is at (http://\S+)\s", self.words.read_text())

        self.url = wait_until(address, what="the server's start")[1]
        return self

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def rss_bytes(self):
        return rss_bytes(self.pid)

    def brokers(self):
        """The workers the server talks to; the process that decodes is the child of each."""
        return children_of(self.pid)

    def workers_rss_bytes(self):
        """Of the workers and their decoders, each of which sees one file and goes."""
        total = 0
        for broker in self.brokers():
            for pid in (broker, *children_of(broker)):
                with suppress(FileNotFoundError, ProcessLookupError):
                    total += rss_bytes(pid)
        return total

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def end(self, number=signal.SIGTERM):
        """Sends the signal, waits for the end, returns the exit status."""
        if not self.is_running():
            return self.process.returncode if self.process else None
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self):
        return self.end(signal.SIGKILL)

    def visitor(self, **options):
        return Visitor(self, **options)

    @contextmanager
    def connection(self, timeout_s=PATIENCE_S):
        """A raw connection, for what no HTTP library would send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s) as connection:
            yield connection

    def spooled(self):
        """Names of the uploads on disk."""
        return sorted(path.name for path in (self.data / "spool").iterdir())


class Visitor:
    """With a token a program; else a browser that has made its first visit and keeps its cookie."""

    def __init__(self, server, token=None, cookie=None):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"
        elif cookie is not None:
            self.session.headers["Cookie"] = cookie
        else:
            assert self.get("/v1/analyses").status_code == 200

    @property
    def cookie(self):
        return self.session.cookies.get("hitscope_visitor")

    def request(self, method, path, **options):
        return self.session.request(method, self.server.url + path, **{"timeout": PATIENCE_S, **options})

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def upload(self, content, name="track.wav", wait=None, fields=None, **options):
        parameters = {} if wait is None else {"wait": wait}
        return self.post(
            "/v1/analyses", files={"file": (name, content)}, data=fields, params=parameters, **options
        )

    def analysis(self, identity):
        answer = self.get(f"/v1/analyses/{identity}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def history(self, **parameters):
        """All pages of it."""
        found, cursor = [], None
        while True:
            page = self.get("/v1/analyses", params={**parameters, "cursor": cursor}).json()
            found += page["analyses"]
            cursor = page["next"]
            if cursor is None:
                return found

    def ended(self, identity, timeout_s=PATIENCE_S):
        """The analysis when it has come to its end."""

        def at_its_end():
            record = self.analysis(identity)
            return record["state"] in FINAL and record

        return wait_until(at_its_end, timeout_s, f"the end of {identity}")

    @contextmanager
    def events(self, path="/v1/events", last_event_id=None, timeout_s=PATIENCE_S):
        """An iterator over a stream's events, heartbeats among them as events without a type."""
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        with self.get(path, headers=headers, stream=True, timeout=timeout_s) as answer:
            assert answer.status_code == 200, answer.text
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield read_events(answer.iter_lines(chunk_size=1))


def read_events(lines):
    fields, comment = {}, False
    deadline = time.monotonic() + PATIENCE_S
    for line in lines:
        assert time.monotonic() < deadline, "what the test waits for does not come"
        text = line.decode()
        if text.startswith(":"):
            comment = True
        elif text:
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields or comment:
            yield Event(fields.get("id"), fields.get("event", ""), json.loads(fields.get("data", "{}")))
            fields, comment = {}, False
