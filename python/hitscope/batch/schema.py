"""The columns of a result: a row a track, everything that `hitscope predict --format jsonl` says, flat.

Scalars are columns, named as in the command line's CSV; what a track has several of are lists. Numbers are
64-bit floats, so that no bit is lost: `report_of` gives back the report that a row was made from. What is not
known, and everything of a track that failed, is null. The columns are listed in docs/batch.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

#: Goes up whenever a column is added, changes its type or its meaning.
SCHEMA_VERSION = 1

OK = "ok"
ERROR = "error"
CRASH = "crash"
TIMEOUT = "timeout"
STATUSES = (OK, ERROR, CRASH, TIMEOUT)

_TEXT, _WHOLE, _REAL = pa.string(), pa.int32(), pa.float64()
_TEMPO_CANDIDATES = pa.list_(pa.struct([("bpm", _REAL), ("score", _REAL)]))
_KEY_CANDIDATES = pa.list_(pa.struct([("key", _WHOLE), ("mode", _WHOLE), ("score", _REAL)]))
_EXPLANATION = pa.list_(
    pa.struct([("feature", _TEXT), ("value", _REAL), ("contribution", _REAL), ("percentile", _REAL)])
)

#: The attributes that a bundle may estimate, a pair of columns each, whichever of them this one does.
ESTIMATES = (
    "energy",
    "loudness_db",
    "danceability",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
)
#: The five members whose votes are counted.
MEMBERS = ("random_forest", "xgboost", "adaboost", "knn", "decision_tree")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: pa.DataType
    part: str = ""  # the report's member that holds it ...
    member: str = ""  # ... and its name there


def _of(part: str, *columns: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> list[_Column]:
    return [_Column(name, kind, part, *(rest or (name,))) for name, kind, *rest in columns]


_MEMBERS_OF_PARTS = [
    *_of("source", ("source_kind", _TEXT, "kind"), ("title", _TEXT), ("sha256", _TEXT)),
    *_of(
        "audio",
        ("container", _TEXT),
        ("codec", _TEXT),
        ("sample_rate_hz", _WHOLE),
        ("channels", _WHOLE),
        ("duration_s", _REAL),
        ("bit_rate_bps", _REAL),
        ("warnings", pa.list_(_TEXT)),
    ),
    *_of(
        "features",
        ("tempo_bpm", _REAL),
        ("tempo_confidence", _REAL),
        ("tempo_candidates", _TEMPO_CANDIDATES),
        ("key", _WHOLE),
        ("mode", _WHOLE),
        ("key_name", _TEXT),
        ("camelot", _TEXT),
        ("open_key", _TEXT),
        ("key_confidence", _REAL),
        ("key_candidates", _KEY_CANDIDATES),
        ("tuning_cents", _REAL),
        ("integrated_lufs", _REAL),
        ("loudness_range_lu", _REAL),
        ("true_peak_dbtp", _REAL),
        ("rms", _REAL),
        ("rms_std", _REAL),
        ("spectral_centroid_hz", _REAL),
        ("spectral_bandwidth_hz", _REAL),
        ("spectral_rolloff_hz", _REAL),
        ("zero_crossing_rate", _REAL),
        ("onset_rate_hz", _REAL),
        ("chroma", pa.list_(_REAL)),
        ("mfcc", pa.list_(_REAL)),
        ("duration_ms", _REAL),
    ),
    *_of(
        "verdict",
        ("label", _TEXT),
        ("votes_for_hit", _WHOLE),
        ("tier", _TEXT),
        ("probability", _REAL),
        ("base_rate", _REAL),
        ("explanation", _EXPLANATION),
    ),
    *_of(
        "verdict.model",
        ("model_name", _TEXT, "name"),
        ("model_version", _TEXT, "version"),
        ("model_trained_on", _TEXT, "trained_on"),
        ("model_event", _TEXT, "event"),
        ("model_auc_grouped", _REAL, "auc_grouped"),
        ("model_ece", _REAL, "ece"),
    ),
    *_of("engine", ("engine_version", _TEXT, "version"), ("features_version", _WHOLE)),
]
_PART_NAMES = ("source", "audio", "features", "verdict", "verdict.model", "engine")
_PARTS = {part: [c for c in _MEMBERS_OF_PARTS if c.part == part] for part in _PART_NAMES}

SCHEMA = pa.schema(
    [
        pa.field("url", _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),
        ("error_type", _TEXT),
        ("error_title", _TEXT),
        ("error_detail", _TEXT),
        *((c.name, c.kind) for part in ("source", "audio", "features") for c in _PARTS[part]),
        *((f"estimated_{name}{end}", _REAL) for name in ESTIMATES for end in ("", "_r2")),
        *((c.name, c.kind) for c in _PARTS["verdict"]),
        ("probability_low", _REAL),
        ("probability_high", _REAL),
        *((f"label_{member}", _TEXT) for member in MEMBERS),
        *((f"probability_{member}", _REAL) for member in MEMBERS),
        *((c.name, c.kind) for part in ("verdict.model", "engine") for c in _PARTS[part]),
    ]
)


class UnknownReport(Exception):
    """A report that these columns cannot hold without loss: the program is newer than this package."""


def row_of(url: str, report: dict[str, Any]) -> dict[str, Any]:
    """A measured track's row.

    Parameters
    ----------
    url : str
        As the manifest names it.
    report : dict
        A line of ``hitscope predict --format jsonl``.

    Raises
    ------
    UnknownReport
        It has members that no column stands for.
    """
    row: dict[str, Any] = {"url": url, "status": OK}
    verdict = report.get("verdict")
    _check_members(report, {"path", "source", "audio", "features", "estimates", "verdict", "engine"})
    parts = {name: report.get(name) for name in ("source", "audio", "features", "engine")}
    if verdict is not None:
        low, high = verdict["probability_interval"]
        row |= {"probability_low": low, "probability_high": high}
        for vote in verdict["votes"]:
            if vote["model"] not in MEMBERS:
                raise UnknownReport(f"no column for the votes of {vote['model']}")
            row[f"label_{vote['model']}"] = vote["label"]
            row[f"probability_{vote['model']}"] = vote["probability"]
        parts["verdict.model"] = verdict["model"]
        parts["verdict"] = {
            name: value
            for name, value in verdict.items()
            if name not in ("probability_interval", "votes", "model")
        }
    for part, members in parts.items():
        if members is not None:
            columns = _PARTS[part]
            _check_members(members, {column.member for column in columns}, part)
            row.update((column.name, members.get(column.member)) for column in columns)
    for name, estimate in report["estimates"].items():
        if name not in ESTIMATES:
            raise UnknownReport(f"no column for the estimate {name}")
        row[f"estimated_{name}"] = estimate["value"]
        row[f"estimated_{name}_r2"] = estimate["r2"]
    return row


def _check_members(members: dict[str, Any], known: set[str], part: str = "the report") -> None:
    unknown = members.keys() - known
    if unknown:
        raise UnknownReport(f"no column for {', '.join(sorted(unknown))} of {part}")


def failed_row(url: str, status: str, error: dict[str, Any]) -> dict[str, Any]:
    """The row of a track that was not measured; `error` has type, title and detail."""
    return {
        "url": url,
        "status": status,
        "error_type": error["type"],
        "error_title": error["title"],
        "error_detail": error.get("detail"),
    }


def report_of(row: dict[str, Any]) -> dict[str, Any]:
    """The report that a row was made from, with the url as its path: the inverse of `row_of`.

    Parameters
    ----------
    row : dict
        A row of a result, as `pyarrow.Table.to_pylist` gives it.

    Returns
    -------
    dict
        As a line of ``hitscope predict --format jsonl``; a failed track has ``path`` and ``error``.
    """
    if row["status"] != OK:
        error = {name: row[f"error_{name}"] for name in ("type", "title", "detail")}
        return {"path": row["url"], "error": error}

    def part(name: str) -> dict[str, Any]:
        return {column.member: row[column.name] for column in _PARTS[name]}

    estimates = {
        name: {"value": row[f"estimated_{name}"], "r2": row[f"estimated_{name}_r2"]}
        for name in ESTIMATES
        if row[f"estimated_{name}"] is not None
    }
    verdict = None
    if row["label"] is not None:
        model = part("verdict.model")
        verdict = part("verdict") | {
            "probability_interval": [row["probability_low"], row["probability_high"]],
            "votes": [
                {"model": m, "label": row[f"label_{m}"], "probability": row[f"probability_{m}"]}
                for m in MEMBERS
                if row[f"label_{m}"] is not None
            ],
            "model": model if any(value is not None for value in model.values()) else None,
        }
    report = {"path": row["url"]}
    report |= {name: part(name) for name in ("source", "audio", "features")}
    return report | {"estimates": estimates, "verdict": verdict, "engine": part("engine")}


def table_of(rows: list[dict[str, Any]], facts: dict[str, str]) -> pa.Table:
    """Rows as a table; `facts` goes into the file's metadata beside the schema's version."""
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in SCHEMA]
    metadata = {"hitscope.schema_version": str(SCHEMA_VERSION), **facts}
    return pa.Table.from_arrays(columns, schema=SCHEMA.with_metadata(metadata))


def count_statuses(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many rows there are of each status."""
    counts = dict.fromkeys(STATUSES, 0)
    for row in rows:
        counts[row["status"]] += 1
    return counts


def compact(value: Any) -> str:
    """JSON on one line, the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
