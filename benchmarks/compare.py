"""Times whole programs side by side: the same work, the same file, one run, interleaved rounds.

usage: compare.py --hitscope PROGRAM [--peers VENV] [--rounds N]
                  [--trainer PROGRAM --table CSV --split CSV] AUDIO_FILE

CPU is user + system time of the child process and its threads, wall is what a person waits; both are medians
over the rounds. Ratios are to hitscope in the same table. Audio programs are held to one thread. A peer that
is not installed is left out and named. Machines differ: compare ratios within one run, never seconds
between runs.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass
class Contestant:
    name: str
    command: list[str]
    reports_own_cpu: bool = False  # prints the CPU seconds to count, instead of being timed from outside
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    problem: str = ""

    def run(self, environment: dict[str, str]) -> None:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        finished = subprocess.run(self.command, capture_output=True, env=environment, check=False)
        wall = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if finished.returncode != 0:
            lines = (finished.stderr or finished.stdout).decode(errors="replace").strip().splitlines()
            self.problem = lines[-1] if lines else f"status {finished.returncode}"
        elif self.reports_own_cpu:
            seconds = float(finished.stdout.split()[-1])
            self.cpu.append(seconds)
            self.wall.append(seconds)
        else:
            self.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            self.wall.append(wall)


def compare(title: str, contestants: list[Contestant], rounds: int, environment: dict[str, str]) -> None:
    """The first contestant is the measure of the others."""
    for _ in range(rounds):
        for contestant in contestants:
            if not contestant.problem:
                contestant.run(environment)
    print(f"\n{title} (medians of {rounds} interleaved runs)\n")
    print(f"{'':44} {'CPU s':>8} {'wall s':>8} {'CPU ratio':>10} {'wall ratio':>11}")
    ours = contestants[0]
    for contestant in contestants:
        if contestant.problem:
            print(f"{contestant.name:44} left out: {contestant.problem}")
            continue
        cpu, wall = statistics.median(contestant.cpu), statistics.median(contestant.wall)
        ratios = ""
        if ours.cpu:
            ratios = f"{cpu / statistics.median(ours.cpu):10.2f} {wall / statistics.median(ours.wall):11.2f}"
        print(f"{contestant.name:44} {cpu:8.3f} {wall:8.3f} {ratios}")


def audio_contestants(hitscope: str, python: str | None, audio: str) -> list[Contestant]:
    found = [Contestant("hitscope analyze", [hitscope, "analyze", audio, "--format", "json", "--jobs", "1"])]
    if mpg123 := shutil.which("mpg123"):
        # To a pipe's worth of nothing: 16-bit PCM thrown away, as fast as it decodes.
        found.append(Contestant("mpg123 (decodes only)", [mpg123, "-q", "-O", "/dev/null", "-s", audio]))
    if aubio := shutil.which("aubio"):
        found.append(Contestant("aubio (tempo only)", [aubio, "tempo", "-i", audio]))
    if python:
        librosa = [python, str(HERE / "peers" / "librosa_pipeline.py")]
        essentia = [python, str(HERE / "peers" / "essentia_extractor.py")]
        found += [
            Contestant(
                "librosa + pyloudnorm, imports paid for", [*librosa, "--warm", audio], reports_own_cpu=True
            ),
            Contestant("librosa + pyloudnorm, whole program", [*librosa, audio]),
            Contestant("Essentia MusicExtractor", [*essentia, audio]),
        ]
    return found


def compare_training(
    trainer: str, python: str, table: str, split: str, rounds: int, environment: dict[str, str]
) -> bool:
    """Both programs time their own fits, so neither pays for start-up, imports or reading the table."""
    programs = {
        "hitscope": [trainer, table, split],
        "scikit-learn + XGBoost": [python, str(HERE / "peers" / "sklearn_training.py"), table, split],
    }
    runs: dict[str, list[dict]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            finished = subprocess.run(command, capture_output=True, env=environment, check=False, text=True)
            if finished.returncode != 0:
                print(f"{name} left out: {finished.stderr.strip().splitlines()[-1:]}")
                return False
            runs[name].append(json.loads(finished.stdout))
    print(f"\nFitting on the training part, all cores (medians of {rounds} interleaved runs)\n")
    print(f"{'':24} {'hitscope s':>11} {'peer s':>8} {'peer / hitscope':>16}")
    for what in ("all_five", "random_forest"):
        ours, theirs = (statistics.median(run[what] for run in runs[name]) for name in programs)
        print(f"{what:24} {ours:11.3f} {theirs:8.3f} {theirs / ours:16.2f}")
    print("\naccuracy on the test part of the models that were timed:")
    for model, ours in runs["hitscope"][-1]["accuracy"].items():
        print(f"{model:24} {ours:11.4f} {runs['scikit-learn + XGBoost'][-1]['accuracy'][model]:8.4f}")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hitscope", required=True)
    parser.add_argument("--peers", type=Path, help="virtual environment with the Python peers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trainer", help="split_training of this folder, for the comparison of training")
    parser.add_argument("--table", help="training table, for the comparison of training")
    parser.add_argument("--split", help="its split into train and test")
    parser.add_argument("audio")
    options = parser.parse_args()

    python = str(options.peers / "bin" / "python") if options.peers else None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HITSCOPE_")}
    one_thread = environment | dict.fromkeys(THREAD_LIMITS, "1")
    audio = audio_contestants(options.hitscope, python, options.audio)
    compare(f"Audio, one thread: {Path(options.audio).name}", audio, options.rounds, one_thread)
    trained = True
    if options.trainer and python:
        trained = compare_training(
            options.trainer, python, options.table, options.split, options.rounds, environment
        )
    return 1 if audio[0].problem or not trained else 0


if __name__ == "__main__":
    sys.exit(main())
