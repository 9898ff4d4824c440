"""What Python adds: measured against the same native calls, in one process and beside the command line.

    array    analyze() of a 3-minute array, against the same call from C++ (benchmarks/array_analysis.cpp): at
             most 3 % more
    many     analyze_many(jobs=2) of some files, against `hitscope analyze --jobs 2` of the same, both started
             afresh: at most 5 % more
    start    a process that imports hitscope and its native module, against one that imports nothing: at most
             150 ms more

usage: build/python/venv/bin/python benchmarks/python_overhead.py [--rounds N] [--hitscope PROGRAM]
       [--native build/bench/release/benchmarks/array_analysis]

script/bench builds what is needed (with --python it runs only this).

Rounds are interleaved, so a machine that is busy with other things disturbs both alike. Compared is processor
time where that is what is meant (array, start), wall time where threads are (many).
Status 1 where a bound is passed.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import hitscope

ROOT = Path(__file__).resolve().parents[1]
SECONDS, RATE = 180, 44100


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--hitscope", type=Path, default=ROOT / "build" / "release" / "hitscope")
    native = ROOT / "build" / "bench" / "release" / "benchmarks" / "array_analysis"
    parser.add_argument("--native", type=Path, default=native)
    return parser.parse_args()


def song():
    """Three minutes of stereo: chords, a beat, some noise."""
    random = np.random.default_rng(1)
    t = np.arange(SECONDS * RATE, dtype=np.float32) / RATE
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 261.63, 329.63)) / 5
    beat = np.sin(2 * np.pi * 60 * t) * np.exp(-12 * (t % 0.5))
    mono = 0.5 * chord + 0.4 * beat + 0.02 * random.standard_normal(t.size, dtype=np.float32)
    return np.stack([mono, 0.9 * mono], axis=1).astype(np.float32)


def processor_s(call):
    """Of this thread, user and system."""
    begun = time.thread_time()
    call()
    return time.thread_time() - begun


def children_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def child_s(command):
    begun = children_s()
    subprocess.run(command, check=True, capture_output=True)
    return children_s() - begun


def wall_s(command):
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def compare(rounds, ours, theirs):
    """The medians of both, called in turn, in swapping order; and the median of each round's ratio."""
    times = []
    for number in range(rounds):
        if number % 2:
            other, own = theirs(), ours()
        else:
            own, other = ours(), theirs()
        times.append((own, other))
    own, other = zip(*times, strict=True)
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(own), statistics.median(other), ratio


def measure_array(rounds, native, folder):
    samples = song()
    raw = folder / "samples.f32"
    samples.tofile(raw)
    command = [native, raw, str(RATE), "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:

        def native_s():
            program.stdin.write("\n")
            program.stdin.flush()
            return float(program.stdout.readline().split()[0])

        own, other, ratio = compare(
            rounds,
            lambda: processor_s(lambda: hitscope.analyze(samples, sr=RATE).to_json()),
            native_s,
        )
        program.stdin.close()
    print(
        f"array: Python {own * 1e3:.0f} ms, C++ {other * 1e3:.0f} ms, {100 * (ratio - 1):+.2f} % (at most 3)"
    )
    return ratio <= 1.03


def measure_many(rounds, program, folder):
    demo = sorted((program.parent / "demo").glob("*.flac"))
    files = []
    for number in range(12):
        for track in demo:
            link = folder / f"{number}-{track.name}"
            link.symlink_to(track)
            files.append(str(link))
    code = (
        "import sys, hitscope; "
        "tracks = hitscope.analyze_many(sys.argv[1:], jobs=2, progress=False); "
        "sys.stdout.writelines(track.to_json() + '\\n' for track in tracks)"
    )
    own, other, ratio = compare(
        rounds,
        lambda: wall_s([sys.executable, "-c", code, *files]),
        lambda: wall_s([program, "analyze", "--jobs", "2", "--format", "jsonl", *files]),
    )
    print(
        f"many: analyze_many {own:.2f} s, command line {other:.2f} s, {100 * (ratio - 1):+.1f} % (at most 5)"
    )
    return ratio <= 1.05


def measure_start(rounds):
    own, other, _ = compare(
        rounds,
        lambda: child_s([sys.executable, "-c", "import hitscope; hitscope.analyze"]),
        lambda: child_s([sys.executable, "-c", "pass"]),
    )
    bare, _, _ = compare(rounds, lambda: child_s([sys.executable, "-c", "import hitscope"]), lambda: 1)
    alone, native = 1e3 * (bare - other), 1e3 * (own - other)
    print(
        f"start: import hitscope {alone:.0f} ms, with its native module {native:.0f} ms (at most 150), "
        f"beside Python's own {1e3 * other:.0f}"
    )
    return own - other <= 0.150


def main():
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        kept = [
            measure_array(given.rounds, given.native, Path(folder)),
            measure_many(given.rounds, given.hitscope, Path(folder)),
            measure_start(given.rounds),
        ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
