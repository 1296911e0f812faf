"""The sentence encoder: from text to a vector that is near those of texts that mean the same, in any of its languages.

It lies in a layer that only a few functions have. What the layer holds says which encoder it is; another one is a class in
`ENCODERS` and a layer for it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from aws_lambda_powertools import Logger
    from numpy.typing import NDArray

FOLDER = "baton_encoder"  # its name in the layer, where Python's modules lie
BUILT = Path(__file__).parents[3] / ".baton" / "cache" / "encoder"  # where `python -m infra encoder` leaves it on this machine


class Encoder(Protocol):
    """Vectors of the same name and version may be compared, others not."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def __hash__(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row for each text, of length 1, float32. Never raises for a text."""
        ...


def _use(folder: Path) -> Encoder:
    from chalicelib.knowledge.encoder.use_model import Use

    return Use(folder)


ENCODERS: dict[str, Callable[[Path], Encoder]] = {"use": _use}


@cache
def load() -> Encoder | None:
    """The encoder of this installation; None if there is none or it is broken: then words alone must do. Read once."""
    folder = found()
    if folder is None:
        _logger().warning("encoder missing")
        return None
    return read(folder)


def read(folder: Path) -> Encoder | None:
    """The encoder in a folder; None, and a line in the log, if it is broken or numpy is not there."""
    try:
        kind: str = json.loads((folder / "meta.json").read_text())["encoder"]
        return ENCODERS[kind](folder)
    except (ImportError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        _logger().exception("encoder broken", error=type(error).__name__)
        return None


def found() -> Path | None:
    """The folder with the encoders' data.

    Layers lie on the module path, wherever that is: /opt/python on AWS, beside the function on the local one."""
    named = os.environ.get("ENCODER")
    places = [Path(named)] if named else [*(Path(entry, FOLDER) for entry in sys.path), BUILT / FOLDER]
    return next((place for place in places if (place / "meta.json").exists()), None)


def _logger() -> Logger:
    from chalicelib.observability import log

    return log
