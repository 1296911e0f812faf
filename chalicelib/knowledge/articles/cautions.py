"""The sentences of an article that warn: of allergens, for pregnancy, medicine and illness. Pure.

Whatever else of an article is left out, these are told: half an answer about health can do harm.
"""

from __future__ import annotations

import re

_WARNS = re.compile(
    r"\b(?:allerg|anaphyla|traces? of|doctor|physician|pharmacist|midwife|pregnan|breast-?feed|medicines?\b|medication|poison|"
    r"chok(?:e|ing) hazard)|"
    r"[过過]敏|微量|致敏|医生|醫生|医师|醫師|药师|藥師|[怀懷]孕|孕[妇婦]|哺乳|服[药藥]",
    re.IGNORECASE,
)


def warns(passage: str) -> bool:
    """Does this sentence, or item of a list, warn?"""
    return _WARNS.search(passage) is not None
