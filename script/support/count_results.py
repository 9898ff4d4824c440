"""Counts what a test program wrote: one line `PASSED FAILED SKIPPED` for GoogleTest's JSON or JUnit's XML.

usage: count_results.py FILE
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path


def gtest_outcomes(path: Path) -> list[str]:
    outcomes = []
    for suite in json.loads(path.read_text(encoding="utf-8"))["testsuites"]:
        for test in suite["testsuite"]:
            if test.get("failures"):
                outcomes.append("failed")
            elif test["result"] == "SKIPPED" or test["status"] == "NOTRUN":
                outcomes.append("skipped")
            else:
                outcomes.append("passed")
    return outcomes


def junit_outcomes(path: Path) -> list[str]:
    outcomes = []
    for case in ElementTree.parse(path).iter("testcase"):
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            outcomes.append("failed")
        else:
            outcomes.append("skipped" if "skipped" in children else "passed")
    return outcomes


def main() -> None:
    path = Path(sys.argv[1])
    counts = Counter(gtest_outcomes(path) if path.suffix == ".json" else junit_outcomes(path))
    print(counts["passed"], counts["failed"], counts["skipped"])


if __name__ == "__main__":
    main()
