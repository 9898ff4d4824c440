"""Where manifests, tracks and results lie: local paths, and objects of S3 as ``s3://bucket/key``.

A local file appears under its name whole or not at all: it is written beside it, flushed to the disk, and
renamed. An object of S3 does so by itself; it is written at once under its final key, since a move there is a
copy and a delete. All of S3 goes through pyarrow; credentials are found where its SDK looks for them
(environment, ``~/.aws``, the machine's role) and are never part of a run's description.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
from pyarrow import fs as pafs

#: Files being written; a dead process may leave one behind, so no reader looks at names that begin so.
TEMPORARY_PREFIX = ".tmp-"
_CONNECT_TIMEOUT_S = 10
_REQUEST_TIMEOUT_S = 30
_S3_ATTEMPTS = 4


class UnusableUrl(FileNotFoundError):
    """A url of S3 under which nothing can be read or written, however often it is tried."""


def is_s3(url: str) -> bool:
    """Whether it is an object of S3 rather than a local path."""
    return url.startswith("s3://")


def local_path(url: str) -> bytes:
    """The bytes of a local url's path: a path as it is, or a ``file:`` url with percent signs.

    Names that are not UTF-8 cannot be text in a Parquet file; `local_url` writes those as ``file:`` urls.
    """
    if url.startswith("file://"):
        return urllib.parse.unquote_to_bytes(url[len("file://") :])
    return os.fsencode(url)


def local_url(path: str | bytes | os.PathLike[str]) -> str:
    """The url of a local path: absolute, and a plain path wherever it is UTF-8."""
    raw = os.path.abspath(os.fsencode(path))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "file://" + urllib.parse.quote_from_bytes(raw)


def normal_url(text: str) -> str:
    """What a person typed, as a url that means the same everywhere: local paths become absolute."""
    if is_s3(text):
        return text.rstrip("/") if text.count("/") > 2 else text
    return local_url(local_path(text))


def join(folder: str, name: str) -> str:
    """A name in a folder, either local or of S3."""
    if folder.startswith("file://"):
        name = urllib.parse.quote_from_bytes(os.fsencode(name))
    return f"{folder.rstrip('/')}/{name}"


def _key(url: str) -> str:
    return url[len("s3://") :]


@functools.lru_cache(maxsize=64)
def _s3(endpoint: str | None, region: str | None, bucket: str) -> pafs.S3FileSystem:
    if region is None and endpoint is None:
        # Otherwise a bucket of another region is answered by a redirect that is not followed.
        try:
            region = pafs.resolve_s3_region(bucket)
        except pa.ArrowInvalid as error:
            raise UnusableUrl(f"s3://{bucket} cannot be used: {error}") from error
        except OSError:
            pass
    return pafs.S3FileSystem(
        endpoint_override=endpoint,
        region=region,
        connect_timeout=_CONNECT_TIMEOUT_S,
        request_timeout=_REQUEST_TIMEOUT_S,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=_S3_ATTEMPTS),
    )


@dataclass(frozen=True)
class Storage:
    """How to reach S3; local paths need nothing.

    Parameters
    ----------
    endpoint : str, optional
        Url of a service that speaks S3; otherwise Amazon's own.
    region : str, optional
        Otherwise the region of the bucket is asked for.
    """

    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def from_environment(cls) -> Storage:
        """As ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL`` and ``AWS_REGION`` say."""
        return cls(
            os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None,
            os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None,
        )

    def filesystem(self, url: str) -> tuple[pafs.FileSystem, str | bytes]:
        """pyarrow's file system for a url, and the path in it; a local one is bytes, as it may be no UTF-8.

        Raises
        ------
        UnusableUrl
            pyarrow takes no such name for an object or prefix.
        """
        if not is_s3(url):
            return pafs.LocalFileSystem(), local_path(url)
        key = _key(url)
        bucket = key.split("/", 1)[0]
        if not bucket or "//" in key:
            raise UnusableUrl(f"{url} cannot be used: its bucket or a part of its key is empty.")
        return _s3(self.endpoint, self.region, bucket), key

    def _object(self, url: str) -> tuple[pafs.FileSystem, str | bytes]:
        """As `filesystem`, of what can be a single file."""
        system, path = self.filesystem(url)
        # pyarrow says of these that they are no files, in an error like any of storage that fails.
        if is_s3(url) and ("/" not in _key(url) or url.endswith("/")):
            raise UnusableUrl(f"{url} names a bucket or folder, and no object in it.")
        return system, path

    def open_random(self, url: str) -> Any:
        """A file for reading at any place, as pyarrow's Parquet reader takes it. Errors: OSError."""
        system, path = self._object(url)
        return system.open_input_file(path)

    def open_stream(self, url: str) -> Any:
        """A file for reading from the front, no more than a block ahead. Errors: OSError."""
        system, path = self._object(url)
        return system.open_input_stream(path, compression=None)

    def read(self, url: str) -> bytes | None:
        """All bytes of a small file; None where there is none. Errors: OSError."""
        try:
            with self.open_stream(url) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, in order; none where there is no folder. Errors: OSError."""
        if not is_s3(folder):
            try:
                with os.scandir(local_path(folder)) as entries:
                    return sorted(os.fsdecode(entry.name) for entry in entries)
            except FileNotFoundError:
                return []
        system, path = self.filesystem(folder)
        infos = system.get_file_info(pafs.FileSelector(path, recursive=False, allow_not_found=True))
        return sorted(info.base_name for info in infos if info.type == pafs.FileType.File)

    def make_folder(self, folder: str) -> None:
        """Where a folder needs to be made: S3 has none. Errors: OSError."""
        if not is_s3(folder):
            os.makedirs(local_path(folder), exist_ok=True)

    def remove(self, url: str) -> None:
        """Remove a file that may be gone already. Errors: OSError."""
        if is_s3(url):
            system, path = self.filesystem(url)
            system.delete_file(path)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(local_path(url))

    def write_whole(self, url: str, data: Any) -> None:
        """Write a file that appears with all of its bytes or not at all. Errors: OSError.

        Parameters
        ----------
        url : str
            Its final place; a file there is replaced.
        data : bytes-like
            Everything it holds.
        """
        if is_s3(url):
            system, path = self.filesystem(url)
            # One write and one close: a process that dies before the close has uploaded nothing.
            with system.open_output_stream(path) as stream:
                stream.write(data)
            return
        with _beside(local_path(url)) as (temporary, final):
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, final)
            _sync_folder(os.path.dirname(final))

    def write_new(self, url: str, data: bytes) -> bool:
        """As `write_whole`, where nothing is there yet; False if something was. Errors: OSError.

        Two writers at once: on a local file system one of them wins; on S3, which pyarrow cannot ask for it,
        the last does, so a caller reads again what is there.
        """
        if is_s3(url):
            if self.read(url) is not None:
                return False
            self.write_whole(url, data)
            return True
        with _beside(local_path(url)) as (temporary, final):
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, final)
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                if os.path.exists(final):
                    return False
                os.replace(temporary, final)
            _sync_folder(os.path.dirname(final))
        return True

    @contextlib.contextmanager
    def writing(self, url: str) -> Iterator[IO[bytes]]:
        """A large file written piece by piece, which appears at the end of the block if nothing was raised.

        For S3 it is written to a local temporary file first: pyarrow completes an upload whenever its stream
        is closed, even by an exception.
        """
        if not is_s3(url):
            with _beside(local_path(url)) as (temporary, final):
                with open(temporary, "xb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, final)
                _sync_folder(os.path.dirname(final))
            return
        with tempfile.TemporaryFile(prefix="hitscope-") as file:
            yield file
            file.seek(0)
            system, path = self.filesystem(url)
            with system.open_output_stream(path) as stream:
                while chunk := file.read(8 << 20):
                    stream.write(chunk)


@contextlib.contextmanager
def _beside(final: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A temporary name in the folder of a file, which is removed if it is still there."""
    folder, name = os.path.split(final)
    temporary = os.path.join(folder, os.fsencode(f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}-") + name)
    try:
        yield temporary, final
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _sync_folder(folder: bytes) -> None:
    """Make a rename outlive a power cut, where the file system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder or b".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def existing(paths: list[str]) -> list[str]:
    """Those of some local urls that are there, and that this process may look at."""
    # os.path's never raises, whatever is wrong with a name or its storage; Path's does.
    return [path for path in paths if os.path.exists(local_path(path))]
