"""Checks every include against the directions the build allows (the DEPENDS lists of CMakeLists.txt).

A wrong include of something compiled already fails to link; this also catches wrong includes of headers
that hold everything themselves, and explains the breach in one line.
"""

import re
import sys

from includes import ROOT, direct_includes, sources

TARGET = re.compile(r"hitscope_(library|program|test)\(([^)]*)\)")


def arguments(words: list[str], keyword: str) -> list[str]:
    """What follows `keyword` in a CMake call, up to the next keyword (they are in capitals)."""
    if keyword not in words:
        return []
    rest = words[words.index(keyword) + 1 :]
    end = next((i for i, word in enumerate(rest) if word.isupper()), len(rest))
    return rest[:end]


def read_targets(cmake_file: str, kinds: tuple[str, ...], keyword: str) -> dict[str, list[str]]:
    targets = {}
    for kind, inside in TARGET.findall((ROOT / cmake_file).read_text(encoding="utf-8")):
        words = inside.split()
        if kind in kinds:
            folder = words[1] if kind == "program" else words[0]
            targets[folder] = arguments(words, keyword)
    return targets


def closure(folder: str, depends: dict[str, list[str]]) -> set[str]:
    reached = {folder}
    for other in depends.get(folder, []):
        reached |= closure(other, depends)
    return reached


def main() -> int:
    depends = read_targets("CMakeLists.txt", ("library", "program"), "DEPENDS")
    test_libraries = read_targets("tests/CMakeLists.txt", ("test",), "LIBS")
    if not depends or not test_libraries:
        sys.exit("check_layers: found no targets; has the shape of the CMake files changed?")
    allowed = {("src", folder): closure(folder, depends) for folder in depends}
    for folder, libraries in test_libraries.items():
        allowed["tests", folder] = set().union(*(closure(f, depends) for f in (folder, *libraries)))

    breaches = []
    for path in sources(".h", ".cpp"):
        place = path.relative_to(ROOT).parts
        if place[0] not in ("src", "tests") or len(place) < 3:
            continue  # fuzz and benchmarks may see everything
        for included in direct_includes(path):
            target = included.relative_to(ROOT).parts
            if target[0] != "src":
                continue
            reachable = allowed.get((place[0], place[1]))
            if reachable is None:
                breaches.append(f"{path.relative_to(ROOT)}: its folder is no target of CMakeLists.txt")
                break
            if target[1] not in reachable:
                breaches.append(
                    f"{path.relative_to(ROOT)}: includes {'/'.join(target[1:])}, but {place[0]}/{place[1]} "
                    f"may see only {', '.join(sorted(reachable))}"
                )
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
