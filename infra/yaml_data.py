"""Tables that people write as YAML go into the archive as JSON (chalicelib.yaml_files says why)."""

from __future__ import annotations

import json
from pathlib import Path

import yaml


def pack(folder: Path) -> None:
    """Puts a .json in the place of each .yaml of a folder and of those in it: nothing there could read the YAML."""
    for path in sorted(folder.rglob("*.yaml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        path.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")
        path.unlink()
