"""The typed client is made of the description without a warning, and again when the description changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import client
from infra.errors import DeployError


def test_it_is_made_once_and_anew_when_the_description_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "client"
    client.ready(folder)
    models = {path.stem for path in (folder / client.PACKAGE / "models").glob("*.py")}
    assert {"story", "reply_request", "sent_message", "whole_article"} <= models
    (folder / client.PACKAGE / "models" / "story.py").unlink()
    client.ready(folder)
    assert not (folder / client.PACKAGE / "models" / "story.py").exists(), "nothing changed: nothing is made"
    changed = client.described().replace('"version": "0.1.0"', '"version": "0.1.1"')
    monkeypatch.setattr(client, "described", lambda: changed)
    client.ready(folder)
    assert (folder / client.PACKAGE / "models" / "story.py").exists()


def test_what_would_be_left_out_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = client.described().replace('"$ref": "#/components/schemas/Story"', '"$ref": "#/components/schemas/Nowhere"')
    monkeypatch.setattr(client, "described", lambda: broken)
    with pytest.raises(DeployError, match="Nowhere"):
        client.ready(tmp_path / "client")
