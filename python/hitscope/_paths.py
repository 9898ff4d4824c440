"""What callers may give as a track, and where the bundles of the package lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hitscope.errors import UrlUnreachableError

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    Samples: TypeAlias = "NDArray[np.float32] | NDArray[np.float64] | NDArray[np.int16]"
    Buffer: TypeAlias = "bytes | bytearray | memoryview"
    Source: TypeAlias = "str | os.PathLike[str] | Buffer | NDArray[Any]"

MODELS = Path(__file__).parent / "models"


def is_path(source: object) -> bool:
    return isinstance(source, str | os.PathLike)


def file_bytes(path: str | os.PathLike[str]) -> bytes:
    """The path as the system's bytes; addresses are refused."""
    text = os.fspath(path)
    if text.startswith(("http://", "https://")):
        raise UrlUnreachableError("Addresses are not fetched from Python: give a file or its bytes instead.")
    return os.fsencode(text)
