"""How the server answers while it works: two analyses running, two hundred queued.

usage: serve_load.py --hitscope PROGRAM [--queued N] [--curve FILE.csv]

Two hours of music occupy the two workers, then N uploads of a minute each arrive from 20 visitors at once.
Until all of them are done, /healthz is asked 200 times a second on one connection, and the resident memory of
the server and of its workers is sampled. Prints the quantiles of the latency and the bound of the memory; the
curve goes to a CSV and, beside it, to an SVG.
"""

import argparse
import csv
import http.client
import io
import itertools
import subprocess
import sys
import tempfile
import threading
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from serving import FINAL, Server, wait_until

MB = 1 << 20
RATE_HZ = 8000


class Tracks:
    """Music of 8 kHz and one byte a sample, so that an hour of it is quickly sent; no two calls give the
    same."""

    def __init__(self, program):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "song.wav"
            options = ["--duration", "20", "--channels", "1", "--rate", str(RATE_HZ)]
            synth = Path(program).parent / "hitscope-synth"
            subprocess.run([synth, *options, "-o", path], check=True, capture_output=True)
            with wave.open(str(path)) as song:
                samples = song.readframes(20 * RATE_HZ)
        self.song = bytes((byte + 128) % 256 for byte in samples[1::2])
        self.numbers = itertools.count(1)

    def of(self, minutes):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 1, RATE_HZ, 0, "NONE", ""))
            sound.writeframes(self.song * (3 * minutes))
        return file.getvalue()[:-8] + next(self.numbers).to_bytes(8, "little")


def watch(server, samples, done):
    """Samples memory and the queue until `done`."""
    begun = time.monotonic()
    visitor = server.visitor()
    while not done.is_set():
        figures = visitor.get("/metrics").text.splitlines()
        queued, running = (
            next(
                int(float(line.split()[-1]))
                for line in figures
                if line.startswith(f'hitscope_now{{what="{what}"}}')
            )
            for what in ("queued", "running")
        )
        samples.append(
            (
                round(time.monotonic() - begun, 3),
                server.rss_bytes(),
                server.workers_rss_bytes(),
                queued,
                running,
            )
        )
        done.wait(0.1)


def ask_until(done, port):
    """Latencies of /healthz in seconds, one connection, at most 200 a second."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    latencies = []
    while not done.is_set():
        begun = time.perf_counter()
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        latencies.append(time.perf_counter() - begun)
        assert answer.status == 200
        done.wait(max(0, 0.005 - latencies[-1]))
    return sorted(latencies)


def measure(program, queued):
    tracks = Tracks(program)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder, "--workers", "2", "--log-level", "warning").start()
        try:
            return run(server, tracks, queued)
        finally:
            server.end()


def run(server, tracks, queued):
    samples, done = [], threading.Event()
    visitors = [server.visitor() for _ in range(20)]
    watcher = threading.Thread(target=watch, args=(server, samples, done))
    watcher.start()
    for visitor in visitors[:2]:
        assert visitor.upload(tracks.of(60)).status_code == 202
    uploads = [(visitors[number % 20], tracks.of(1)) for number in range(queued)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda upload: upload[0].upload(upload[1]).status_code, uploads))
    assert set(answers) == {202}, answers

    def all_ended():
        time.sleep(0.2)
        return all(
            track["state"] in FINAL for visitor in visitors for track in visitor.history(state="queued")
        )

    waiter = threading.Thread(target=lambda: (wait_until(all_ended, 600, "the end of all"), done.set()))
    waiter.start()
    latencies = ask_until(done, server.port)
    waiter.join()
    watcher.join()
    states = {track["state"] for visitor in visitors for track in visitor.history()}
    assert states <= {"done", "running"}, states
    return samples, latencies


def svg(samples):
    """Memory and the queue over time."""
    width, height, left, bottom = 900, 320, 60, 40
    seconds = max(samples[-1][0], 1e-9)
    top_mb = max(max(sample[1], sample[2]) for sample in samples) / MB * 1.1
    most_queued = max(max(sample[3] for sample in samples), 1)
    across, up = (width - left - 20) / seconds, height - bottom - 20
    parts = [f'<rect width="{width}" height="{height}" fill="#fff"/>']

    def line(column, scale, colour, name, unit):
        heights = [sample[column] / scale for sample in samples]
        points = " ".join(
            f"{left + across * sample[0]:.1f},{height - bottom - up * value:.1f}"
            for sample, value in zip(samples, heights, strict=True)
        )
        words = f"{name}, at most {max(sample[column] for sample in samples) / unit:.0f}"
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{left + 10}" y="{20 + 9 * (len(parts) - 2)}" fill="{colour}">{words}</text>')

    line(1, top_mb * MB, "#0b6", "server (MB)", MB)
    line(2, top_mb * MB, "#06b", "workers (MB)", MB)
    line(3, most_queued, "#b60", "queued", 1)
    parts.append(f'<text x="{left}" y="{height - 12}">0 s</text>')
    parts.append(f'<text x="{width - 70}" y="{height - 12}">{seconds:.0f} s</text>')
    parts.append(f'<text x="6" y="24">{top_mb:.0f} MB</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return f'{head} font-family="sans-serif" font-size="13">{"".join(parts)}</svg>\n'


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hitscope", required=True)
    parser.add_argument("--queued", type=int, default=200)
    parser.add_argument("--curve", type=Path, help="where the samples go; an SVG beside it")
    options = parser.parse_args()
    samples, latencies = measure(options.hitscope, options.queued)
    if options.curve:
        with open(options.curve, "w", newline="", encoding="utf-8") as file:
            heads = ("seconds", "server_bytes", "workers_bytes", "queued", "running")
            csv.writer(file).writerows([heads, *samples])
        options.curve.with_suffix(".svg").write_text(svg(samples), encoding="utf-8")
    p50_ms, p99_ms = (latencies[int(share * len(latencies))] * 1000 for share in (0.5, 0.99))
    busy = sum(sample[4] == 2 for sample in samples) / len(samples)
    print(f"{len(latencies)} times /healthz in {samples[-1][0]:.1f} s, ", end="")
    print(f"two analyses running for {busy:.0%} of it, ", end="")
    print(f"at most {max(sample[3] for sample in samples)} queued")
    print(f"latency: median {p50_ms:.2f} ms, p99 {p99_ms:.2f} ms, most {latencies[-1] * 1000:.2f} ms")
    for column, what in ((1, "server"), (2, "workers")):
        series = [sample[column] / MB for sample in samples]
        print(f"{what}: {series[0]:.1f} MB at the start, at most {max(series):.1f} MB")
    return 0 if p99_ms <= 20 else 1


if __name__ == "__main__":
    sys.exit(main())
