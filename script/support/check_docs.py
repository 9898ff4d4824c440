"""Checks that what the documents name exists: relative links, and paths such as `src/audio/sniff.h`."""

import re
import subprocess
import sys
from pathlib import Path

from includes import ROOT

LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#]+)")
FOLDERS = "src|tests|script|docs|models|research|benchmarks|fuzz|cmake"
PATH = re.compile(rf"(?<![\w/.])(?:{FOLDERS})/[\w./-]*\w/?")


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    missing = []
    for name in listed:
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        targets = {page.parent / link for link in LINK.findall(text)}
        targets |= {ROOT / path for path in PATH.findall(text)}
        missing += [f"{name}: {t.relative_to(ROOT)}" for t in map(Path, sorted(targets)) if not t.exists()]
    for line in missing:
        print(f"{line} does not exist")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
