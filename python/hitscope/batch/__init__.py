"""Libraries larger than one machine: `hitscope-batch`.

A *manifest* lists the tracks in *shards*; `run_shard` computes one of them and writes a Parquet file that
appears whole or not at all; engines (local, Ray, Spark) and arrays of jobs (Kubernetes, SLURM) are ways to
call it for all of them. docs/batch.md is the guide. Nothing here needs the native module: the program
`hitscope` is run as a process of its own.
"""

from .child import Supervisor, WorkerOptions, WorkerRefused
from .description import Refused, Task
from .driver import Summary, run
from .manifest import Manifest, ManifestError, write_manifest
from .schema import SCHEMA, SCHEMA_VERSION, report_of
from .shard import Outcome, run_shard, shard_name
from .storage import Storage
from .walk import Entry, expand

__all__ = [
    "SCHEMA",
    "SCHEMA_VERSION",
    "Entry",
    "Manifest",
    "ManifestError",
    "Outcome",
    "Refused",
    "Storage",
    "Summary",
    "Supervisor",
    "Task",
    "WorkerOptions",
    "WorkerRefused",
    "expand",
    "report_of",
    "run",
    "run_shard",
    "shard_name",
    "write_manifest",
]
