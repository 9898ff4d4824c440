"""The command `hitscope-batch`: words and wires only.

Exit status: 0 done (whatever the statuses of tracks: those are results), 1 some folders could not be listed,
2 wrong usage or refused, 3 shards stayed bad or storage fails, 128 + the number of the signal that ended it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence

from .child import Supervisor, WorkerOptions, WorkerRefused
from .description import Refused, Task, agree, described
from .driver import RETRIES, Interrupted, run
from .engines import engine_named
from .manifest import FILES_PER_SHARD, SECONDS_PER_SHARD, ManifestError, open_cached, write_manifest
from .program import find_program
from .shard import failure_of, run_shard
from .storage import Storage, normal_url
from .walk import Entry, SourceError, expand, read_list

_SHARD_VARIABLES = ("JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID")
_ENDS_OF_SIZES = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def _size(text: str) -> int:
    digits = text.rstrip("kKmMgGiIbB")
    end = text[len(digits) :].lower()
    try:
        return int(float(digits) * _ENDS_OF_SIZES[end if end in _ENDS_OF_SIZES else end + "b"])
    except (ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 2GB") from None


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hitscope-batch",
        description="Measures and judges libraries larger than one machine. docs/batch.md is the guide.",
        epilog="Exit status: 0 done, 1 some folders could not be listed, 2 wrong usage or refused, "
        "3 shards stayed bad after all retries.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    manifest = commands.add_parser("manifest", help="list the tracks, in shards of equal work")
    manifest.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="a folder, file, pattern such as 'Music/**/*.mp3', s3://bucket/prefix, or - for a list on stdin",
    )
    manifest.add_argument(
        "--out", required=True, metavar="MANIFEST", help="the Parquet file to write, local or s3://"
    )
    manifest.add_argument(
        "--files-from",
        action="append",
        default=[],
        metavar="LIST",
        help="read tracks from this file, one a line (after tabs: size, seconds) or separated by NUL",
    )
    manifest.add_argument("--all", action="store_true", help="in folders take files of any suffix")
    manifest.add_argument(
        "--files-per-shard", type=_count, default=FILES_PER_SHARD, metavar="N", help="default %(default)s"
    )
    manifest.add_argument(
        "--work-per-shard",
        type=_positive,
        default=SECONDS_PER_SHARD,
        metavar="S",
        help="expected seconds of one processor; default %(default)g",
    )
    _storage_options(manifest)

    one = commands.add_parser("run-shard", help="compute one shard: for arrays of jobs, no engine needed")
    one.add_argument(
        "--shard",
        type=_count,
        metavar="I",
        help=f"from 0; otherwise {' or '.join(_SHARD_VARIABLES)} of the environment",
    )
    _task_options(one)

    many = commands.add_parser("run", help="compute all shards that are missing")
    many.add_argument("--engine", choices=("local", "ray", "spark"), default="local")
    many.add_argument(
        "-j",
        "--jobs",
        type=_count,
        default=0,
        metavar="N",
        help="local: shards at a time; 0: one a processor",
    )
    many.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="ray: of the cluster; otherwise RAY_ADDRESS, or the one on this machine",
    )
    many.add_argument("--master", metavar="URL", help="spark: otherwise what spark-submit says")
    many.add_argument("--progress", choices=("auto", "bar", "json", "never"), default="auto")
    _task_options(many)
    return parser


def _storage_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--s3-endpoint", metavar="URL", help="otherwise AWS_ENDPOINT_URL, or Amazon's")
    parser.add_argument("--s3-region", metavar="NAME", help="otherwise AWS_REGION, or the bucket's")


def _task_options(parser: argparse.ArgumentParser) -> None:
    plain = WorkerOptions("")
    parser.add_argument("--manifest", required=True, metavar="M", help="local or s3://")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the results, local or s3://")
    parser.add_argument(
        "--retries", type=_count, default=RETRIES, metavar="N", help="of a failed shard; %(default)s"
    )
    parser.add_argument("--spool", metavar="DIR", help="where tracks of S3 are put while they are measured")
    parser.add_argument(
        "--program", metavar="PATH", help="hitscope; otherwise HITSCOPE_PROGRAM, or where it is found"
    )
    parser.add_argument(
        "-m",
        "--model",
        default=plain.model,
        metavar="BUNDLE",
        help="default %(default)s; empty: measure only",
    )
    parser.add_argument("-e", "--explain", action="store_true", help="say what moved each probability")
    parser.add_argument(
        "--true-peak", action="store_true", help="measure the true peak too, which takes longer"
    )
    parser.add_argument(
        "--timeout",
        type=_positive,
        default=plain.timeout_s,
        metavar="S",
        help="for one track; default %(default)g",
    )
    parser.add_argument(
        "--cpu-seconds",
        type=_positive,
        default=plain.cpu_seconds,
        metavar="S",
        help="of one track; %(default)g",
    )
    parser.add_argument(
        "--memory", type=_size, default=plain.memory_bytes, metavar="SIZE", help="for one track; 2GB"
    )
    parser.add_argument(
        "--max-bytes", type=_size, default=plain.max_bytes, metavar="SIZE", help="of a file; 1GB"
    )
    parser.add_argument(
        "--max-seconds",
        type=_positive,
        default=plain.max_seconds,
        metavar="S",
        help="of audio; default %(default)g",
    )
    parser.add_argument(
        "--no-sandbox", action="store_true", help="decode without it: only for input you trust"
    )
    _storage_options(parser)


def _storage(options: argparse.Namespace) -> Storage:
    found = Storage.from_environment()
    return Storage(options.s3_endpoint or found.endpoint, options.s3_region or found.region)


def _model(name: str) -> str:
    """A bundle's path must mean the same in other processes; a name stays a name."""
    return os.path.abspath(name) if os.sep in name or name.endswith(".safetensors") else name


def _task(options: argparse.Namespace) -> Task:
    worker = WorkerOptions(
        program=find_program(options.program),
        model=_model(options.model),
        timeout_s=options.timeout,
        cpu_seconds=options.cpu_seconds,
        memory_bytes=options.memory,
        max_bytes=options.max_bytes,
        max_seconds=options.max_seconds,
        sandbox=not options.no_sandbox,
        explain=options.explain,
        true_peak=options.true_peak,
        debug=os.environ.get("HITSCOPE_BATCH_DEBUG", ""),
    )
    return Task(
        manifest=normal_url(options.manifest),
        out=normal_url(options.out),
        options=worker,
        storage=_storage(options),
        spool=os.path.abspath(options.spool) if options.spool else None,
    )


def _say(text: str) -> None:
    print(f"hitscope-batch: {text}", file=sys.stderr, flush=True)


def _manifest_command(options: argparse.Namespace) -> int:
    if not options.sources and not options.files_from:
        raise Refused("Nothing to list: name a folder, a pattern, a prefix, or - for a list on stdin.")
    if options.files_per_shard < 1:
        raise Refused("A shard has at least one file.")
    storage = _storage(options)
    unreadable = 0

    def note(text: str) -> None:
        nonlocal unreadable
        unreadable += 1
        _say(f"cannot be listed: {text}")

    def entries() -> Iterator[Entry]:
        yield from expand(options.sources, storage, every_file=options.all, on_unreadable=note)
        for name in options.files_from:
            with open(name, "rb") as file:
                yield from read_list(file)

    url = normal_url(options.out)
    written = write_manifest(
        entries(),
        url,
        storage,
        files_per_shard=options.files_per_shard,
        seconds_per_shard=options.work_per_shard,
    )
    facts = {"manifest": url, "files": written.files, "shards": written.shards, "digest": written.digest}
    print(json.dumps(facts))
    return 1 if unreadable else 0


def _shard_from_environment() -> int:
    for name in _SHARD_VARIABLES:
        if value := os.environ.get(name):
            if not value.isdecimal():
                raise Refused(f"{name} is {value!r}, which is no shard.")
            return int(value)
    raise Refused(f"Which shard? Give --shard, or set {' or '.join(_SHARD_VARIABLES)}.")


def _run_shard_command(options: argparse.Namespace) -> int:
    shard = options.shard if options.shard is not None else _shard_from_environment()
    task = _task(options)
    task = described(task, open_cached(task.manifest, task.storage))
    agree(task)
    supervisor = Supervisor(task.options)
    try:
        for attempt in range(options.retries + 1):
            try:
                outcome = run_shard(task, shard, supervisor)
            except Exception as error:
                failure = failure_of(shard, error)
                if failure.refused:
                    raise Refused(str(failure.failure)) from error
                again = "; it is tried again" if attempt < options.retries else ""
                _say(f"shard {shard} failed{again}: {failure.failure}")
            else:
                print(json.dumps({"shard": shard, "kept": outcome.kept, **outcome.counts}))
                return 0
    finally:
        supervisor.stop()
    return 3


def _run_command(options: argparse.Namespace) -> int:
    task = _task(options)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    summary = run(
        task,
        lambda: engine_named(options.engine, jobs=jobs, address=options.address, master=options.master),
        retries=options.retries,
        progress=options.progress,
        say=_say,
    )
    print(json.dumps(summary.to_dict()))
    return 3 if summary.bad else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    commands = {"manifest": _manifest_command, "run-shard": _run_shard_command, "run": _run_command}
    try:
        return commands[options.command](options)
    except (Refused, ManifestError, SourceError, WorkerRefused) as error:
        _say(str(error))
        return 2
    except (
        FileNotFoundError,
        FileExistsError,
        NotADirectoryError,
        IsADirectoryError,
        PermissionError,
    ) as error:
        _say(str(error))
        return 2
    except OSError as error:
        _say(f"storage fails; run it again when it answers: {error}")
        return 3
    except Interrupted as error:
        return 128 + error.number
    except KeyboardInterrupt:
        return 130
