"""From the sources to what is deployed: one template and two archives, the same for AWS and for the local run but for the processor."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from infra import template
from infra.bundle import Target, forget_old, sources, write_archive
from infra.errors import DeployError
from infra.layer import layer
from infra.template.layer import ARCHIVE as LAYER_ARCHIVE

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = "deployment.zip"
KEPT_BUILDS = 12
PYTHONS = ((3, 11), (3, 12), (3, 13))


@dataclass(frozen=True, slots=True)
class Package:
    """`template`: CloudFormation with the SAM transform, whose `CodeUri` are `./<archive name>`; `digest`: of all of it."""

    template: dict[str, Any]
    archives: dict[str, Path]
    digest: str


def build(stage: str, target: Target, out: Path, *, root: Path = ROOT) -> Package:
    """Packages app.py and the stack for one stage into `out`; unchanged sources come from a cache. Raises DeployError."""
    if sys.version_info[:2] not in PYTHONS:
        raise DeployError(f"Python {platform.python_version()} is no Lambda runtime", "use Python 3.11")
    if not (root / "app.py").exists():
        raise DeployError(f"{root} holds no app.py", "run it in the project's folder")
    cache = root / ".baton" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"build-{_digest_of_sources(root, stage, target)}"
    if not kept.exists():
        _make(stage, target, root, cache, kept)
    kept.touch()
    out.mkdir(parents=True, exist_ok=True)
    made = (kept / "template.json").read_bytes()
    archives = {ARCHIVE: out / ARCHIVE, LAYER_ARCHIVE: out / LAYER_ARCHIVE}
    (out / "template.json").write_bytes(made)
    for path, source in zip(archives.values(), (kept / ARCHIVE, layer(target)), strict=True):
        shutil.copyfile(source, path)
    digest = sha256(made + b"".join(path.read_bytes() for path in archives.values())).hexdigest()
    return Package(json.loads(made), archives, digest)


def _make(stage: str, target: Target, root: Path, cache: Path, kept: Path) -> None:
    from infra import action_file, rule_file

    rule_file.read(root / rule_file.SHIPPED)  # a rule with a typo is refused here, and not met by a customer
    action_file.check(root / action_file.SHIPPED)
    with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as scratch:
        done, work = Path(scratch, "done"), Path(scratch, "work")
        done.mkdir()
        work.mkdir()
        merged = _chalice_package(stage, target, root, Path(scratch, "chalice"))
        whole = template.finish(root, merged, f"./{ARCHIVE}")
        (done / "template.json").write_text(json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False))
        write_archive(root, target, cache, work, done / ARCHIVE)
        with suppress(OSError):  # somebody else built the same meanwhile
            done.rename(kept)
    forget_old(cache, "build-*", KEPT_BUILDS)


def _chalice_package(stage: str, target: Target, root: Path, folder: Path) -> dict[str, Any]:
    """Chalice's template of app.py with ours merged in. Its own archive (sources only, boto3 whole) is not used."""
    for name, path in sources(root):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    shutil.copytree(root / ".chalice", folder / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    (folder / "requirements.txt").touch()
    (folder / "merge.json").write_text(json.dumps(template.merge(root, stage, architecture(target))))
    command = [
        sys.executable,
        "-c",
        "import sys; from chalice.cli import main; sys.exit(main())",
        "package",
        "--stage",
        stage,
        "--template-format",
        "json",
    ]
    env = os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, "--merge-template", "merge.json", "out"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"Chalice cannot package app.py:\n{(done.stderr or done.stdout).strip()[-2500:]}")
    made: dict[str, Any] = json.loads((folder / "out" / "sam.json").read_text())
    return made


def architecture(target: Target) -> str:
    """Lambda's name of the processor: arm64 in production, this machine's locally."""
    arm = target == "aws" or platform.machine() in ("aarch64", "arm64")
    return "arm64" if arm else "x86_64"


def _digest_of_sources(root: Path, stage: str, target: Target) -> str:
    """Everything that the package depends on, the tools included."""
    ours = Path(__file__).parent
    files = dict(sources(root))
    files |= {
        f"infra/{p.name}": p
        for p in (ours / "package.py", ours / "bundle.py", ours / "yaml_data.py", ours / "services.py", ours / "bare_code.py")
    }
    files |= {p.relative_to(ours).as_posix(): p for p in ours.glob("template/*.py")}
    files |= {p.relative_to(root).as_posix(): p for p in (root / ".chalice").rglob("*.json")}
    files["requirements.txt"] = root / "requirements.txt"
    tools = [stage, target, architecture(target), sys.version, version("chalice")]
    parts = [f"{name}:{sha256(files[name].read_bytes()).hexdigest()}" for name in sorted(files)]
    return sha256("\n".join([*tools, *parts]).encode()).hexdigest()[:24]


@click.command()
@click.option("--stage", default="dev", show_default=True)
@click.option("--target", type=click.Choice(["aws", "local"]), default="aws", show_default=True, help="Whose processor.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build"), show_default=True)
def command(stage: str, target: Target, out: Path) -> None:
    """Package the stack: template.json, the functions' archive and that of their layer."""
    try:
        made = build(stage, target, out)
    except DeployError as error:
        raise click.ClickException("\n".join(filter(None, (str(error), error.do)))) from error
    click.echo(f"{out / 'template.json'}: {len(made.template['Resources'])} resources")
    for path in made.archives.values():
        click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    click.echo(f"digest {made.digest}")
