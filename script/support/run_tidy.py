"""Runs clang-tidy over the project in parallel and remembers what was clean.

usage: run_tidy.py [--fix] [--jobs N] BUILD_DIR [FILE...]

A file is looked at again only when something that could change the answer has changed: itself, a project
header it reaches, its compile command, the .clang-tidy files, or clang-tidy. Clean keys are empty files
in ~/.cache/hitscope-tidy (XDG_CACHE_HOME), as ccache's objects are: the same for every checkout; those
unused for a month are removed. A file with findings is never remembered.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from includes import ROOT, all_includes

CLEAN = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hitscope-tidy"
MONTH_S = 30 * 24 * 3600
TIDY = Path(sys.executable).parent / "clang-tidy"


def key_of(entry: dict, version: str) -> str:
    source = Path(entry["file"])
    digest = hashlib.sha256()
    digest.update(version.encode())
    digest.update(entry["command"].replace(str(ROOT), "").encode())
    folders = [folder for folder in source.parents if folder.is_relative_to(ROOT)]
    configs = [folder / ".clang-tidy" for folder in folders if (folder / ".clang-tidy").is_file()]
    for path in [*configs, *all_includes(source)]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check(entry: dict, build: Path, version: str, fix: bool) -> tuple[str, str]:
    """Returns ("clean" | "known" | "findings", what clang-tidy said)."""
    remembered = CLEAN / key_of(entry, version)
    if remembered.exists():
        remembered.touch()
        return "known", ""
    command = [TIDY, "--quiet", "-p", build, *(["--fix"] if fix else []), entry["file"]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        (CLEAN / key_of(entry, version)).touch()
        return "clean", ""
    # stderr counts suppressed warnings, unless clang-tidy itself failed.
    return "findings", run.stdout or run.stderr


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fix", action="store_true", help="let clang-tidy mend what it can")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("build", type=Path, help="build folder with compile_commands.json")
    parser.add_argument(
        "files", nargs="*", type=Path, help="only these (default: every source of the project)"
    )
    options = parser.parse_args()

    CLEAN.mkdir(parents=True, exist_ok=True)
    for remembered in CLEAN.iterdir():
        if remembered.stat().st_mtime < time.time() - MONTH_S:
            remembered.unlink(missing_ok=True)
    entries = json.loads((options.build / "compile_commands.json").read_text(encoding="utf-8"))
    wanted = {path.resolve() for path in options.files}
    # What the build itself writes is judged where it is written; here it may not even be there yet.
    build = options.build.resolve()
    entries = [e for e in entries if build not in Path(e["file"]).resolve().parents]
    entries = {e["file"]: e for e in entries if not wanted or Path(e["file"]).resolve() in wanted}.values()
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout

    started = time.monotonic()
    counts = {"clean": 0, "known": 0, "findings": 0}
    jobs = 1 if options.fix else options.jobs  # two fixes at once would edit the same header twice
    with ThreadPoolExecutor(jobs) as pool:
        for outcome, text in pool.map(lambda e: check(e, options.build, version, options.fix), entries):
            counts[outcome] += 1
            if text:
                print(text, end="" if text.endswith("\n") else "\n", flush=True)
    print(
        f"clang-tidy: {counts['clean']} clean, {counts['known']} unchanged since clean, "
        f"{counts['findings']} with findings, {time.monotonic() - started:.0f} s",
        file=sys.stderr,
    )
    return 1 if counts["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
