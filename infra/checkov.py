"""`python -m infra checkov`: what checkov finds in the template must be mended or accepted, with the reason, in accepted_findings.yaml."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import yaml

from infra.package import ROOT, template_of

ACCEPTED = Path(__file__).with_name("accepted_findings.yaml")
CHECKOV = ROOT / ".venv-checkov/bin/checkov"
CACHE = ROOT / ".baton/cache"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding; `resource`: the template's name."""

    check: str
    resource: str
    what: str = ""


def unexplained(found: Iterable[Found], accepted: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Findings that nobody accepted, and what is accepted though nobody finds it. Pure."""
    places = {(check, place) for check, entry in accepted.items() for place in entry["where"]}
    used: set[tuple[str, str]] = set()
    for one in found:
        matching = {(check, place) for check, place in places if check == one.check and fnmatchcase(one.resource, place)}
        used |= matching
        if not matching:
            yield f"{one.check} {one.resource}: {one.what}"
    for check, place in sorted(places - used):
        yield f"{check} {place}: accepted, but checkov does not find it any more: take it out of {ACCEPTED.name}"


def read(report: Mapping[str, Any]) -> list[Found]:
    """checkov's JSON."""
    return [
        Found(failed["check_id"], failed["resource"].rpartition(".")[2], failed["check_name"])
        for failed in report["results"]["failed_checks"]
    ]


def look(template: str, folder: Path) -> list[Found]:
    """Asks checkov, which asks nobody: no account, no download."""
    place = folder / "template.json"
    place.write_text(template)
    command = [str(CHECKOV), "-f", str(place), "--framework", "cloudformation", "-o", "json", "--quiet", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return read(json.loads(done.stdout))
    except ValueError as error:
        raise click.ClickException(f"checkov did not answer: {done.stderr.strip()[-1000:]}") from error


@click.command()
def command() -> None:
    """Check the template for what is unsafe; only if it or what is accepted has changed since it was last found good."""
    template = json.dumps(template_of("prod", "aws"), sort_keys=True)
    looked_at = template + ACCEPTED.read_text("utf-8") + (ROOT / "requirements-checkov.txt").read_text("utf-8")
    good = CACHE / f"checkov-{sha256(looked_at.encode()).hexdigest()[:24]}"
    if not good.exists():
        with tempfile.TemporaryDirectory() as folder:
            problems = list(unexplained(look(template, Path(folder)), yaml.safe_load(ACCEPTED.read_text("utf-8"))))
        if problems:
            raise click.ClickException("checkov finds what nobody accepted:\n" + "\n".join(f"  {problem}" for problem in problems))
        for old in CACHE.glob("checkov-*"):
            old.unlink()
        good.touch()
    click.echo("checkov: nothing that is not accepted")
