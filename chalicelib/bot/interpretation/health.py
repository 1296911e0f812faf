"""Does a message ask whether somebody who is allergic, pregnant, ill or small may have something? By its words alone. Pure.

An article tells what is true of all goods; of one product and one body it cannot. So such an answer goes with the offer of a person.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.bot.phrases import Phrasebook, expanded


def asked(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    if _book("body").search(said):
        return True
    return _book("allergen").search(said) is not None and _book("doubt").search(said) is not None


@cache
def _book(kind: str) -> Phrasebook:
    return Phrasebook({spoken: expanded(phrases, _data()["sets"]) for spoken, phrases in _data()[kind].items()})


@cache
def _data() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content
