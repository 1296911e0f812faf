"""Tables that people write as YAML beside the code. Packaging puts JSON in the place of each: to read YAML would cost a cold start
40 ms and the archive another library; so in a function the JSON is read, and where one develops the YAML itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read(path: Path) -> Any:
    """The content of `path`, a YAML file, or of the JSON that packaging made of it."""
    packed = path.with_suffix(".json")
    if packed.exists():
        return json.loads(packed.read_text("utf-8"))
    import yaml

    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe ones
