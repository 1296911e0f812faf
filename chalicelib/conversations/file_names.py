"""Names of files, safe to show and to offer for download. Pure."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]')


def clean(name: str, otherwise: str = "file") -> str:
    """Safe to show and to offer for download: no path, no control or direction marks, at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    last = " ".join(_UNSAFE.sub("_", last).split()).strip(". ")
    if not last:
        return otherwise
    stem, dot, ending = last.rpartition(".")
    return last if len(last) <= 120 else (stem[:100] + dot + ending[:19] if dot else last[:120])
