"""The manifest: the one input of a batch, a Parquet file with a row for each track.

Columns: ``url`` (text, never null), ``size`` in bytes and ``duration_s`` in seconds of audio (null where
unknown). A row group is a *shard*: what is computed, retried and written as one. Shards are packed by work,
up to some files or some minutes of one processor.

The footer records a digest of all rows and of where the shards begin, so that a result can say what it is
the result of. A Parquet file made by other means is a manifest too, if it has a column ``url``: its digest
is then computed when it is opened.

Writing holds one shard in memory, opening holds the footer (about 5 kB a shard), however many the tracks.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from .storage import Storage
from .walk import Entry

MANIFEST_VERSION = 1
SCHEMA = pa.schema(
    [pa.field("url", pa.string(), nullable=False), ("size", pa.int64()), ("duration_s", pa.float64())]
)
FILES_PER_SHARD = 1000
SECONDS_PER_SHARD = 300.0

_DIGEST = b"hitscope.manifest_digest"
_VERSION = b"hitscope.manifest_version"

# What a track costs, in seconds of one processor, for packing alone: docs/batch.md has the measurements.
_SECONDS_A_TRACK = 0.02
_SECONDS_A_SECOND_OF_AUDIO = 0.003
# Where only the size is known. Bytes a second: 44.1 kHz in stereo, as it is, packed without loss, with loss.
_BYTES_A_SECOND = {".wav": 176_400, ".wave": 176_400, ".aif": 176_400, ".aiff": 176_400, ".flac": 110_000}
_BYTES_A_SECOND_LOSSY = 24_000
_UNKNOWN_DURATION_S = 240.0
_LONGEST_S = 7200.0


class ManifestError(Exception):
    """A file that is no manifest, in words for people."""


def expected_work_s(entry: Entry) -> float:
    """Seconds of one processor that a track will roughly cost."""
    duration = entry.duration_s
    if duration is None and entry.size is not None:
        suffix = "." + entry.url.rpartition(".")[2].lower()
        duration = entry.size / _BYTES_A_SECOND.get(suffix, _BYTES_A_SECOND_LOSSY)
    if duration is None:
        duration = _UNKNOWN_DURATION_S
    return _SECONDS_A_TRACK + _SECONDS_A_SECOND_OF_AUDIO * min(duration, _LONGEST_S)


def packed(
    entries: Iterable[Entry],
    files_per_shard: int = FILES_PER_SHARD,
    seconds_per_shard: float = SECONDS_PER_SHARD,
) -> Iterator[list[Entry]]:
    """Entries in shards, in their order, each closed before it would go beyond either bound."""
    shard: list[Entry] = []
    work = 0.0
    for entry in entries:
        cost = expected_work_s(entry)
        if shard and (len(shard) >= files_per_shard or work + cost > seconds_per_shard):
            yield shard
            shard, work = [], 0.0
        shard.append(entry)
        work += cost
    if shard:
        yield shard


class _Digest:
    """SHA-256 over all rows and the bounds of the shards. No url holds a NUL."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256(b"hitscope manifest 1\n")

    def add_shard(self, urls: list[str], sizes: list[int | None], durations: list[float | None]) -> None:
        rows = "\0".join(
            f"{url}\t{'' if size is None else size}\t{'' if duration is None else duration!r}"
            for url, size, duration in zip(urls, sizes, durations, strict=True)
        )
        self._hash.update(rows.encode("utf-8", "surrogateescape"))
        self._hash.update(b"\0\0")

    def text(self) -> str:
        return "sha256:" + self._hash.hexdigest()


@dataclass(frozen=True)
class Written:
    """What was written: tracks, shards and the digest."""

    files: int
    shards: int
    digest: str


def write_manifest(
    entries: Iterable[Entry],
    url: str,
    storage: Storage,
    *,
    files_per_shard: int = FILES_PER_SHARD,
    seconds_per_shard: float = SECONDS_PER_SHARD,
) -> Written:
    """Write a manifest, which appears whole or not at all.

    Parameters
    ----------
    entries : iterable of Entry
        Read once, a shard at a time.
    url : str
        Where it goes, local or S3.
    storage : Storage
        How to reach S3.
    files_per_shard : int
        At most so many tracks a shard.
    seconds_per_shard : float
        At most so many seconds of one processor a shard, by `expected_work_s`.

    Raises
    ------
    ManifestError
        There are no entries.
    OSError
        It cannot be written.
    """
    digest = _Digest()
    files = shards = 0
    with storage.writing(url) as file:
        # Statistics would be half of the footer, and nobody looks for a track by its name.
        with pq.ParquetWriter(file, SCHEMA, compression="zstd", write_statistics=False) as writer:
            for shard in packed(entries, files_per_shard, seconds_per_shard):
                urls = [entry.url for entry in shard]
                sizes = [entry.size for entry in shard]
                durations = [entry.duration_s for entry in shard]
                digest.add_shard(urls, sizes, durations)
                table = pa.table([urls, sizes, durations], schema=SCHEMA)
                writer.write_table(table, row_group_size=len(shard))
                files += len(shard)
                shards += 1
            writer.add_key_value_metadata(
                {_DIGEST.decode(): digest.text(), _VERSION.decode(): str(MANIFEST_VERSION)}
            )
        if not files:
            raise ManifestError("There are no tracks.")
    return Written(files, shards, digest.text())


class Manifest:
    """An open manifest; shards are read one at a time.

    Attributes
    ----------
    files, shards : int
        How many tracks and row groups it has.
    digest : str
        ``sha256:`` and 64 hexadecimal digits.
    """

    def __init__(self, url: str, storage: Storage) -> None:
        """Open it.

        Raises
        ------
        ManifestError
            No Parquet file, no text column ``url``, or a newer version than this.
        OSError
            It cannot be read.
        """
        self.url = url
        self._lock = threading.Lock()
        try:
            self._file = pq.ParquetFile(storage.open_random(url))
        except pa.ArrowInvalid as error:
            raise ManifestError(f"{url} is no Parquet file: {error}") from error
        schema = self._file.schema_arrow
        if "url" not in schema.names or not _is_text(schema.field("url").type):
            raise ManifestError(f"{url} has no column of text called url.")
        facts = self._file.metadata.metadata or {}
        if int(facts.get(_VERSION, b"1")) > MANIFEST_VERSION:
            raise ManifestError(f"{url} is a manifest of a newer version than this program knows.")
        self._columns = [name for name in SCHEMA.names if name in schema.names]
        self.files: int = self._file.metadata.num_rows
        self.shards: int = self._file.metadata.num_row_groups
        recorded = facts.get(_DIGEST)
        self.digest = recorded.decode() if recorded else self._computed_digest()

    def rows_of(self, shard: int) -> int:
        """How many tracks a shard has."""
        return int(self._file.metadata.row_group(shard).num_rows)

    def entries_of(self, shard: int) -> list[Entry]:
        """A shard's tracks, in their order."""
        with self._lock:  # Arrow's reader is for one thread at a time
            table = self._file.read_row_group(shard, columns=self._columns, use_threads=False)
        nothing = [None] * table.num_rows
        urls, sizes, durations = (
            table.column(name).to_pylist() if name in self._columns else nothing for name in SCHEMA.names
        )
        if None in urls:
            raise ManifestError(f"Shard {shard} of {self.url} has a row without url.")
        return [Entry(*row) for row in zip(urls, sizes, durations, strict=True)]

    def _computed_digest(self) -> str:
        digest = _Digest()
        for shard in range(self.shards):
            entries = self.entries_of(shard)
            digest.add_shard(
                [entry.url for entry in entries],
                [entry.size for entry in entries],
                [entry.duration_s for entry in entries],
            )
        return digest.text()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


_open: dict[tuple[str, Storage], Manifest] = {}
_open_lock = threading.Lock()


def open_cached(url: str, storage: Storage, digest: str | None = None) -> Manifest:
    """A manifest that this process may have open already: a long footer is read, and held, once.

    Parameters
    ----------
    url, storage
        As for `Manifest`.
    digest : str, optional
        What it must be. Without, the file is opened afresh.

    Raises
    ------
    ManifestError
        It is not the one with that digest (any more).
    """
    with _open_lock:
        manifest = _open.get((url, storage)) if digest is not None else None
        if manifest is None or manifest.digest != digest:
            _open.clear()
            manifest = Manifest(url, storage)
            if digest is not None and manifest.digest != digest:
                raise ManifestError(f"{url} is not the manifest that this run began with.")
            _open[url, storage] = manifest
        return manifest
