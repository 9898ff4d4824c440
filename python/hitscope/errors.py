"""What can go wrong, one exception class for each kind of error.

Every error of hitscope's own is a `HitscopeError` with three parts: `type`, the stable name that the command
line's JSON and the HTTP API use; `title`, one sentence for a person; `detail`, what a developer needs beside
it (a library's own words, a position), or an empty string.
"""

from __future__ import annotations

__all__ = [
    "BusyError",
    "CorruptError",
    "HitscopeError",
    "InternalError",
    "InterruptedAnalysisError",
    "ModelInvalidError",
    "NoSignalError",
    "NotFoundError",
    "RecipeInvalidError",
    "TableInvalidError",
    "TimeoutExceededError",
    "TooLargeError",
    "TooLongError",
    "TooShortError",
    "UnreadableError",
    "UnsupportedFormatError",
    "UrlBlockedError",
    "UrlNeedsLoginError",
    "UrlPlaylistError",
    "UrlUnreachableError",
    "error_of",
]


class HitscopeError(Exception):
    """The base of all errors that hitscope raises by itself.

    Attributes
    ----------
    type : str
        The stable external name, such as ``"unsupported-format"``.
    title : str
        One sentence for a person.
    detail : str
        What a developer needs beside it; may be empty.
    """

    type: str = "internal"

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(title, detail)
        self.title = title
        self.detail = detail
        if isinstance(self, OSError):  # it took our two words for a number and its meaning
            OSError.__setattr__(self, "errno", None)

    def __str__(self) -> str:
        return f"{self.title} ({self.detail})" if self.detail else self.title


class NotFoundError(HitscopeError, FileNotFoundError):
    """There is no such file, folder, model or recipe."""

    type = "not-found"


class UnreadableError(HitscopeError, OSError):
    """It exists, but reading (or writing) it failed."""

    type = "unreadable"


class UnsupportedFormatError(HitscopeError, ValueError):
    """No decoder here knows this content, or its rate or channels are out of bounds."""

    type = "unsupported-format"


class CorruptError(HitscopeError, ValueError):
    """The format is known, the bytes are damaged beyond use."""

    type = "corrupt"


class TooShortError(HitscopeError, ValueError):
    """There is not enough audio to measure."""

    type = "too-short"


class TooLongError(HitscopeError, ValueError):
    """There is more audio than the caller allowed."""

    type = "too-long"


class TooLargeError(HitscopeError, ValueError):
    """There are more bytes than the caller allowed."""

    type = "too-large"


class NoSignalError(HitscopeError, ValueError):
    """Silence where a signal is needed."""

    type = "no-signal"


class UrlBlockedError(HitscopeError):
    """Policy forbids fetching this address."""

    type = "url-blocked"


class UrlUnreachableError(HitscopeError):
    """The address did not answer usefully, or addresses are not fetched here."""

    type = "url-unreachable"


class UrlNeedsLoginError(HitscopeError):
    """The site wants cookies or an account."""

    type = "url-needs-login"


class UrlPlaylistError(HitscopeError):
    """The address names many tracks where one is wanted."""

    type = "url-playlist"


class TimeoutExceededError(HitscopeError, TimeoutError):
    """The limit of wall time passed."""

    type = "timeout"


class BusyError(HitscopeError):
    """There is no capacity now; try again later."""

    type = "busy"


class ModelInvalidError(HitscopeError, ValueError):
    """A bundle is damaged, foreign, or newer than this program."""

    type = "model-invalid"


class TableInvalidError(HitscopeError, ValueError):
    """A table breaks its schema, or nothing can be learnt from it."""

    type = "table-invalid"


class RecipeInvalidError(HitscopeError, ValueError):
    """A training recipe, or a learner's parameter, is malformed."""

    type = "recipe-invalid"


class InterruptedAnalysisError(HitscopeError):
    """Stopped before it was done."""

    type = "interrupted"


class InternalError(HitscopeError, RuntimeError):
    """A defect of ours."""

    type = "internal"


_CLASSES: dict[str, type[HitscopeError]] = {kind.type: kind for kind in HitscopeError.__subclasses__()}


def error_of(type_name: str, title: str, detail: str = "") -> HitscopeError:
    """The exception for one kind of error by its external name; an unknown name gives an `InternalError`."""
    return _CLASSES.get(type_name, InternalError)(title, detail)
