"""Answers a second, side by side with FastAPI, in one run on the same cores.

usage: serve_compare.py --hitscope PROGRAM --peers VENV --table TABLE.csv --split SPLIT.csv [--rounds N]

Loads each of them with wrk (one thread, the same connections), one after the other, in rounds, and prints
medians: `POST /v1/predictions` (the default bundle, all features known) and `/healthz` against
peers/fastapi_app.py, which answers the same question with scikit-learn and XGBoost, and a constant. The
status is 1 where a target is missed.
"""

import argparse
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from serving import Server

HERE = Path(__file__).resolve().parent
FIVE = '"tempo": 124, "loudness": -7.8, "key": 9, "mode": 0, "energy": 0.65'
OURS = f'{{"features": {{{FIVE}, "duration_ms": 197000}}}}'
THEIRS = f"{{{FIVE}}}"
MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Contestant(NamedTuple):
    name: str
    url: str
    body: str = ""


class Result(NamedTuple):
    requests_per_s: float
    p99_ms: float


def load(contestant, seconds, connections, folder):
    script = folder / "request.lua"
    lines = []
    if contestant.body:
        lines = [
            'wrk.method = "POST"',
            'wrk.headers["Content-Type"] = "application/json"',
            f"wrk.body = [==[{contestant.body}]==]",
        ]
    script.write_text("\n".join(lines))
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        script,
        contestant.url,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{contestant.name}: {said}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said).groups()
    return Result(rate, float(p99) * MS[unit])


def start_peer(python, table, split):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [python, HERE / "peers" / "fastapi_app.py", str(port), table, split]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline().strip() != "ready":
        sys.exit("the peer does not start")
    while True:  # "ready" comes just before it listens
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, port
        except ConnectionRefusedError:
            pass


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hitscope", required=True)
    parser.add_argument("--peers", required=True, type=Path)
    parser.add_argument("--table", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()

    peer, peer_port = start_peer(options.peers / "bin" / "python", options.table, options.split)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.hitscope, Path(folder) / "server", "--log-level", "warning").start()
        peer_url = f"http://127.0.0.1:{peer_port}"
        predictions = Contestant("hitscope POST /v1/predictions", f"{server.url}/v1/predictions", OURS)
        healthz = Contestant("hitscope GET /healthz", f"{server.url}/healthz")
        sklearn = Contestant("FastAPI, five models of sklearn", f"{peer_url}/predict", THEIRS)
        constant = Contestant("FastAPI, a constant", f"{peer_url}/constant")
        everyone = [predictions, healthz, sklearn, constant]
        results = {contestant: [] for contestant in everyone}
        try:
            for contestant in everyone:
                load(contestant, 1, options.connections, Path(folder))
            for _ in range(options.rounds):
                for contestant in everyone:
                    results[contestant].append(
                        load(contestant, options.seconds, options.connections, Path(folder))
                    )
        finally:
            server.end()
            peer.terminate()
            peer.wait()

    rate = {
        of: statistics.median(result.requests_per_s for result in all_of) for of, all_of in results.items()
    }
    p99 = {of: statistics.median(result.p99_ms for result in all_of) for of, all_of in results.items()}
    rounds = f"{options.rounds} interleaved rounds of {options.seconds} s"
    print(f"{options.connections} connections, medians of {rounds}\n")
    print(f"{'':34} {'requests/s':>11} {'p99 ms':>9}")
    for contestant in everyone:
        print(f"{contestant.name:34} {rate[contestant]:11.0f} {p99[contestant]:9.2f}")
    print()
    targets = [
        ("predictions / sklearn", rate[predictions] / rate[sklearn], 200),
        ("predictions / constant", rate[predictions] / rate[constant], 4),
        ("healthz / constant", rate[healthz] / rate[constant], 8),
    ]
    missed = p99[predictions] >= 20
    for what, ratio, target in targets:
        print(f"{what:34} {ratio:11.1f}   (target {target})")
        missed = missed or ratio < target
    print(f"{'p99 of predictions, ms':34} {p99[predictions]:11.2f}   (target below 20)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
