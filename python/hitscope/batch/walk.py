"""From what a person names to single tracks: folders, files, patterns, lists and S3 prefixes.

Everything is a generator: one folder is in memory at a time, whatever the library's size. The order is always
the same: sources as given; in a folder by the bytes of the names, going into a subfolder where its name
stands. In folders only names with a suffix of audio count; a pattern takes any suffix. Names that begin with
a dot are passed over by both. What is named by itself or by a list always counts.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from pyarrow import fs as pafs

from .storage import Storage, is_s3, join, local_path, local_url, normal_url

#: Suffixes that the decoders are known to read; what a file really is, is found out when it is opened.
AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("aac", "ac3", "aif", "aifc", "aiff", "amr", "ape", "au", "caf", "flac", "m4a", "m4b", "mka", "mp2"),
        *("mp3", "mp4", "mpc", "oga", "ogg", "opus", "spx", "tta", "w64", "wav", "wave", "webm", "wma", "wv"),
    )
)
_WILD = re.compile(r"[*?\[]")
#: Told of a place that cannot be read, and why.
_Note = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A track to be measured: its url, and size and length where they are known beforehand."""

    url: str
    size: int | None = None
    duration_s: float | None = None


class SourceError(Exception):
    """A source that is not there or cannot be read, in words for people."""


def expand(
    sources: list[str],
    storage: Storage,
    *,
    every_file: bool = False,
    stdin: IO[bytes] | None = None,
    on_unreadable: Callable[[str], None] = lambda _text: None,
) -> Iterator[Entry]:
    """The tracks of some sources, one after the other.

    Parameters
    ----------
    sources : list of str
        Each a folder, a file, a pattern with ``*``, ``?``, ``[...]`` or ``**``, an ``s3://`` prefix or
        object, or ``-`` for a list on standard input.
    storage : Storage
        How to reach S3.
    every_file : bool
        Take files of folders whatever their suffix.
    stdin : binary file, optional
        Instead of the process's own.
    on_unreadable : callable
        Told of each folder that cannot be listed; the others go on.

    Yields
    ------
    Entry
        Once for each time that a source names it, except that what a folder or prefix before has given is
        passed over.

    Raises
    ------
    SourceError
        A source is not there.
    """
    walked = _Walked(every_file)

    def note(place: str, why: str) -> None:
        on_unreadable(f"{place}: {why}")

    def leave_out(place: str, why: str) -> None:
        walked.leave_out(place)
        note(place, why)

    for source in sources:
        if source == "-":
            yield from read_list(stdin if stdin is not None else sys.stdin.buffer)
            continue
        url = normal_url(source)
        place = _place(url)
        if _WILD.search(place) and not _is_there(url, storage):
            matching = _matching(place, storage, note)
            yield from (entry for entry in matching if not walked.gave(_place(entry.url)))
            continue
        if is_s3(url):
            entries, is_folder = _s3_source(url, storage, every_file, leave_out)
            is_file = not is_folder
        else:
            path = local_path(url)
            is_folder, is_file = os.path.isdir(path), os.path.isfile(path)
            if is_folder:
                entries = _local_folder(path, every_file, leave_out)
            elif os.path.exists(path):
                entries = iter((Entry(url, os.stat(path).st_size),))
            else:
                raise SourceError(f"There is no such file or folder: {source}")
        already = walked.entered(place) if is_folder else is_file and walked.gave(place)
        if already:
            continue
        if is_folder:
            walked.add(place)
        yield from entries


def _place(url: str) -> str:
    """A url in which every name stands as it is: patterns and folders are compared in these."""
    return url if is_s3(url) else os.fsdecode(local_path(url))


class _Walked:
    """The folders that were walked, so that nothing they gave is given again."""

    def __init__(self, every_file: bool) -> None:
        self._every_file = every_file
        self._roots: set[str] = set()
        self._left_out: set[str] = set()
        self._last = ("", False)  # files come folder by folder, and a link costs a look at the disk

    def add(self, folder: str) -> None:
        """It is about to be walked."""
        self._roots.add(folder)
        self._left_out.discard(folder)
        self._last = ("", False)

    def leave_out(self, place: str) -> None:
        """A walk could not read it."""
        self._left_out.add(place)
        self._last = ("", False)

    def entered(self, folder: str) -> bool:
        """Whether a walk went through this folder."""
        if not self._roots or folder in self._left_out:
            return False
        if folder in self._roots:
            return True
        above, name = os.path.split(folder)
        return (
            bool(name)
            and not name.startswith(".")
            and self.entered(above)
            and (is_s3(folder) or not os.path.islink(folder))
        )

    def gave(self, file: str) -> bool:
        """Whether a walk has given this file."""
        folder, name = os.path.split(file)
        if self._last[0] != folder:
            self._last = (folder, self.entered(folder))
        return (
            self._last[1]
            and not name.startswith(".")
            and (self._every_file or _is_audio(name))
            and file not in self._left_out
        )


def read_list(file: IO[bytes]) -> Iterator[Entry]:
    """The tracks of a list, one a line or, where the first 64 KiB hold a NUL, separated by NUL.

    After a tab a line may say the size in bytes, after another the length in seconds. Empty lines are passed
    over, and so are lines that begin with ``#``.

    Raises
    ------
    SourceError
        A size or length that is no number.
    """
    block = file.read(1 << 16)
    separator = b"\0" if b"\0" in block else b"\n"
    rest = b""
    count = 0
    while block:
        *lines, rest = (rest + block).split(separator)
        for line in lines:
            count += 1
            yield from _list_line(line, count, separator)
        block = file.read(1 << 16)
    yield from _list_line(rest, count + 1, separator)


def _list_line(line: bytes, number: int, separator: bytes) -> Iterator[Entry]:
    if separator == b"\0":
        if line:
            yield Entry(_listed_url(line))
        return
    line = line.rstrip(b"\r")
    if not line or line.startswith(b"#"):
        return
    name, _, facts = line.partition(b"\t")
    size, _, duration = facts.partition(b"\t")
    try:
        known_size = int(size) if size else None
        known_duration = float(duration) if duration else None
    except ValueError:
        raise SourceError(f"Line {number} of the list has no number where size or length stand.") from None
    yield Entry(_listed_url(name), known_size, known_duration)


def _listed_url(name: bytes) -> str:
    if name.startswith(b"s3://"):
        return name.decode("utf-8", "surrogateescape")
    return local_url(local_path(os.fsdecode(name)))


def _is_audio(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES


def _local_folder(folder: bytes, every_file: bool, on_unreadable: _Note) -> Iterator[Entry]:
    """Files below a folder. Links to files are followed, links to folders are not: they may go in circles."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        on_unreadable(os.fsdecode(folder), str(error.strerror))
        return
    for entry in found:
        name = os.fsdecode(entry.name)
        try:
            if name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _local_folder(entry.path, every_file, on_unreadable)
            elif (every_file or _is_audio(name)) and entry.is_file():
                yield Entry(local_url(entry.path), entry.stat().st_size)
        except OSError as error:
            on_unreadable(os.fsdecode(entry.path), str(error.strerror))


def _s3_source(
    url: str, storage: Storage, every_file: bool, on_unreadable: _Note
) -> tuple[Iterator[Entry], bool]:
    """The tracks of an object or a prefix, and whether it was a prefix."""
    try:
        system, path = storage.filesystem(url)
        info = system.get_file_info(path)
    except OSError as error:
        raise SourceError(f"{url} cannot be reached: {error}") from error
    if info.type == pafs.FileType.File:
        return iter((Entry(url, info.size),)), False
    if info.type == pafs.FileType.NotFound:
        raise SourceError(f"There is no such object or prefix: {url}")
    return _s3_folder(url, storage, every_file, on_unreadable), True


def _s3_folder(folder: str, storage: Storage, every_file: bool, on_unreadable: _Note) -> Iterator[Entry]:
    """Objects below a prefix; one level of it is listed at a time."""
    system, path = storage.filesystem(folder)
    try:
        infos = system.get_file_info(pafs.FileSelector(path, recursive=False))
    except OSError as error:
        on_unreadable(folder, str(error))
        return
    for info in sorted(infos, key=lambda info: info.base_name.encode()):
        if info.base_name.startswith("."):
            continue
        if info.type == pafs.FileType.Directory:
            yield from _s3_folder(join(folder, info.base_name), storage, every_file, on_unreadable)
        elif every_file or _is_audio(info.base_name):
            yield Entry(join(folder, info.base_name), info.size)


def _is_there(url: str, storage: Storage) -> bool:
    """Whether a name that looks like a pattern is a file or folder all the same."""
    if not is_s3(url):
        return os.path.lexists(local_path(url))
    try:
        system, path = storage.filesystem(url)
        return bool(system.get_file_info(path).type != pafs.FileType.NotFound)
    except OSError:
        return False


def _matching(pattern: str, storage: Storage, on_unreadable: _Note) -> Iterator[Entry]:
    """Files that a pattern matches: all those below its fixed beginning are looked at."""
    folders = pattern.split("/")
    fixed = next(i for i, part in enumerate(folders) if _WILD.search(part))
    base = "/".join(folders[:fixed]) or "/"
    matches = re.compile(_regular_expression(pattern), re.DOTALL).fullmatch  # a name may hold a line's end
    if is_s3(pattern):
        if fixed < 3:
            raise SourceError(f"The bucket's name cannot be a pattern: {pattern}")
        found, _ = _s3_source(base, storage, True, on_unreadable)
    elif os.path.isdir(os.fsencode(base)):
        found = _local_folder(os.fsencode(base), True, on_unreadable)
    else:
        raise SourceError(f"There is no such folder: {base}")
    return (entry for entry in found if matches(_place(entry.url)))


def _regular_expression(pattern: str) -> str:
    """``*`` and ``?`` stay within a folder, ``**/`` is any number of folders."""
    text = ""
    i = 0
    while i < len(pattern):
        rest = pattern[i:]
        if rest.startswith("**/"):
            text += "(?:[^/]+/)*"
            i += 3
        elif rest.startswith("**"):
            text += ".*"
            i += 2
        elif rest[0] == "*":
            text += "[^/]*"
            i += 1
        elif rest[0] == "?":
            text += "[^/]"
            i += 1
        elif rest[0] == "[" and (end := pattern.find("]", i + 2)) > 0:
            inside = pattern[i + 1 : end].replace("\\", "\\\\")
            text += f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
            i = end + 1
        else:
            text += re.escape(rest[0])
            i += 1
    return text
