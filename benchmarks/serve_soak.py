"""Minutes of everything at once: does the server's memory stay flat?

usage: serve_soak.py --hitscope PROGRAM [--minutes N] [--curve FILE.csv]

Visitors upload, wait, follow, picture and delete; programs ask what-if questions; clients break off in the
middle, send rubbish, come once and never again. Once a second the resident memory of the server and of its
workers is sampled. The first quarter is for warming up; flat means that the most of the last quarter is at
most ALLOWANCE_MB above the most of the second. The status is 1 where it is not, or where anything was
answered wrongly.
"""

import argparse
import csv
import itertools
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from serving import Server

ALLOWANCE_MB = 8
MB = 1 << 20
FEATURES = {"tempo": 124, "loudness": -7.8, "key": 9, "mode": 0, "energy": 0.65, "duration_ms": 197000}
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


def short_song(program):
    """Two seconds, as the bytes of a WAV file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.wav"
        synth = Path(program).parent / "hitscope-synth"
        options = ["--duration", "2", "--channels", "1", "--rate", "22050"]
        subprocess.run([synth, *options, "-o", path], check=True, capture_output=True)
        return path.read_bytes()


class Load:
    """Kinds of clients, each a thread that goes on until `stop` is set."""

    def __init__(self, server, song):
        self.server = server
        self.song = song
        self.numbers = itertools.count(1)
        self.stop = threading.Event()
        self.counts = dict.fromkeys(("tracks", "questions", "broken", "strangers"), 0)
        self.problems = []
        kinds = [self.listen_and_delete, self.listen_and_delete, self.ask, self.break_off, self.come_once]
        self.threads = [threading.Thread(target=self.repeat, args=(kind, n)) for n, kind in enumerate(kinds)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, kind, seed):
        chance, visitor = random.Random(seed), self.server.visitor()
        while not self.stop.is_set():
            try:
                kind(visitor, chance)
            except (AssertionError, requests.RequestException, OSError) as problem:
                self.problems.append(f"{kind.__name__}: {problem!r}")
                if len(self.problems) > 20:
                    return

    def track(self):
        return self.song[:-8] + next(self.numbers).to_bytes(8, "little")

    def listen_and_delete(self, visitor, chance):
        with visitor.events() as events:
            identity = visitor.upload(self.track(), f"track {chance.random()}.wav").json()["id"]
            for event in events:
                if event.type == "done" and event.data["analysis"] == identity:
                    break
        assert visitor.get(f"/v1/analyses/{identity}/dna.svg").status_code == 200
        assert visitor.get("/v1/analyses", params={"search": "track"}).status_code == 200
        if chance.random() < 0.9:
            assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204
        self.counts["tracks"] += 1

    def ask(self, visitor, chance):
        question = {
            "features": {**FEATURES, "tempo": chance.uniform(60, 180)},
            "explain": chance.random() < 0.05,
        }
        assert visitor.post("/v1/predictions", json=question).status_code == 200
        for path in ("/", "/docs", "/openapi.json", "/metrics", "/readyz", "/v1/models", "/healthz"):
            assert visitor.get(path).status_code == 200
        self.counts["questions"] += 1

    def break_off(self, visitor, chance):
        head = b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n"
        head += b"Content-Type: multipart/form-data; boundary=b\r\n\r\n" + PART
        request = head + chance.randbytes(chance.randrange(200_000))
        with self.server.connection() as connection:
            connection.sendall(request[: chance.randrange(len(request))])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert visitor.upload(chance.randbytes(20_000), wait=20).status_code in (415, 422)
        assert visitor.get("/" + "x" * chance.randrange(6000)).status_code in (404, 414)
        assert visitor.post("/v1/predictions", data=chance.randbytes(2000)).status_code in (400, 415)
        self.counts["broken"] += 1
        self.stop.wait(0.02)

    def come_once(self, _, chance):
        self.server.visitor().get("/v1/analyses/" + "A" * 22)
        self.counts["strangers"] += 1
        self.stop.wait(0.05)


def soak(program, seconds):
    """(samples of (seconds, server's bytes, workers' bytes), counts, problems)"""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder, "--log-level", "warning").start()
        samples, begun = [], time.monotonic()
        try:
            with Load(server, short_song(program)) as load:
                while (now := time.monotonic() - begun) < seconds:
                    samples.append((round(now, 2), server.rss_bytes(), server.workers_rss_bytes()))
                    time.sleep(min(1, seconds / 40))
        finally:
            status = server.end()
        problems = load.problems + ([] if status == 0 else [f"the server ended with {status}"])
        return (
            samples,
            load.counts,
            problems + [line for line in server.log_text().splitlines() if '"error"' in line],
        )


def growth_bytes(samples, column):
    quarter = len(samples) // 4
    series = [sample[column] for sample in samples]
    return max(series[-quarter:]) - max(series[quarter : 2 * quarter])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hitscope", required=True)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--curve", type=Path, help="where the samples go")
    options = parser.parse_args()
    samples, counts, problems = soak(options.hitscope, 60 * options.minutes)
    if options.curve:
        with open(options.curve, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("seconds", "server_bytes", "workers_bytes"), *samples])
    print(", ".join(f"{count} {what}" for what, count in counts.items()), f"in {options.minutes:g} minutes")
    flat = True
    for column, what in ((1, "server"), (2, "workers")):
        most = max(sample[column] for sample in samples) / MB
        growth = growth_bytes(samples, column) / MB
        print(f"{what}: at most {most:.1f} MB, from the second quarter to the last {growth:+.1f} MB")
        flat = flat and growth <= ALLOWANCE_MB
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    return 0 if flat and not problems and all(counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
