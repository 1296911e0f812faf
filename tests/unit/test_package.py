"""The archive: complete, small, compiled, free of strays, and the same bytes from the same sources."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

from infra import package as packaging
from infra.bundle import STRAY, sources
from infra.errors import DeployError
from infra.package import ARCHIVE, ROOT, Package, build
from infra.services import SERVICES

MB = 1_000_000
AARCH64 = 183  # e_machine in an ELF header
UNCHECKED = 0b01  # flags of a .pyc: made from a hash of its source, and never compared with it again


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("dev", "local", tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def archive(package: Package) -> zipfile.ZipFile:
    return zipfile.ZipFile(package.archives[ARCHIVE])


@pytest.fixture(scope="module")
def unpacked(archive: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    archive.extractall(folder)
    return folder


def copy_of_the_sources(folder: Path) -> Path:
    for name, path in sources(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    shutil.copytree(ROOT / ".chalice", folder / ".chalice")
    shutil.copyfile(ROOT / "requirements.txt", folder / "requirements.txt")
    return folder


def test_it_is_small(package: Package, archive: zipfile.ZipFile) -> None:
    assert package.archives[ARCHIVE].stat().st_size <= 8 * MB
    assert sum(info.file_size for info in archive.infolist()) <= 22 * MB


def test_every_module_is_compiled_and_is_never_compiled_again(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    tag = sys.implementation.cache_tag
    for name in (n for n in names if n.endswith(".py")):
        folder, _, file = name.rpartition("/")
        compiled = f"{folder}/__pycache__/" if folder else "__pycache__/"
        compiled += f"{file.removesuffix('.py')}.{tag}.pyc"
        assert compiled in names
    for name in (n for n in names if n.endswith(".pyc")):
        assert struct.unpack("<I", archive.read(name)[4:8])[0] == UNCHECKED
    assert "botocore/session.pyc" in names  # what is others' comes without its source
    assert not [name for name in names if name.endswith(".py") and not name.startswith(("app", "chalice/", "chalicelib/"))]


def test_nothing_strays_into_it(archive: zipfile.ZipFile) -> None:
    names = [name for name in archive.namelist() if "__pycache__" not in name]
    assert not [name for name in names if STRAY.search(name.replace(".pyc", ".py"))]
    top = {name.split("/")[0] for name in archive.namelist()}
    assert not top & {"tests", "infra", "moto", "boto3", "pip", "bin", ".chalice"}
    ours = {name for name in names if name.startswith("chalicelib/")}
    written = {name for name, _ in sources(ROOT) if name.startswith("chalicelib/")}
    assert not [name for name in ours if name.endswith(".d.ts")]  # types are read by checkers only
    assert ours == {name.replace(".yaml", ".json") for name in written}
    assert {name for name in names if name.startswith("chalice/")} == {"chalice/__init__.py", "chalice/app.py"}


def test_botocore_knows_exactly_the_services_and_operations_in_use(archive: zipfile.ZipFile) -> None:
    described = {
        name.split("/")[2]: frozenset(json.loads(gzip.decompress(archive.read(name)))["operations"])
        for name in archive.namelist()
        if name.endswith("/service-2.json.gz")
    }
    assert described == SERVICES
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    assert set(re.findall(r'clients\.(?:client|once)\("([a-z0-9-]+)"', code)) == set(SERVICES)
    session = Session()
    existing = {operation for service in SERVICES for operation in session.get_service_model(service).operation_names}
    called = {operation for operation in existing if re.search(rf"\.{xform_name(operation)}\b", code)}
    assert called | {"HeadBucket"} == {operation for operations in SERVICES.values() for operation in operations}


def test_machine_code_is_for_the_processor_of_production(tmp_path: Path) -> None:
    archive = zipfile.ZipFile(build("dev", "aws", tmp_path).archives[ARCHIVE])
    machines = {n: struct.unpack_from("<H", archive.read(n), 18)[0] for n in archive.namelist() if n.endswith(".so")}
    assert set(machines.values()) == {AARCH64}
    assert "nh3/nh3.abi3.so" in machines


def test_licences_ship_with_what_they_belong_to(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    for distribution in ("botocore", "aws_lambda_powertools", "urllib3", "jmespath", "six"):
        assert [n for n in names if n.startswith(f"{distribution}-") and re.search("LICEN[CS]E", n, re.IGNORECASE)], distribution


@pytest.mark.parametrize(
    "room", ["", "chalicelib.channels.sms.adapter", "chalicelib.channels.email.adapter", "chalicelib.channels.webchat.adapter"]
)
def test_intake_starts_from_the_archive_alone_and_loads_nothing_heavy(unpacked: Path, room: str) -> None:
    """Isolated from this environment, as on Lambda: what requirements.txt lacks is missing here too."""
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r}); import app\n"
        "from chalicelib.aws import clients; clients.client('dynamodb')\n"
        "heavy = {'pydantic', 'numpy', 'simpleeval', 'yaml', 'jinja2', 'boto3', 'aws_xray_sdk', 'pygal', 's3transfer'} & set(sys.modules)\n"
        "foreign = [m.__file__ for m in sys.modules.values() if 'site-packages' in (getattr(m, '__file__', None) or '')]\n"
        "print(heavy or foreign or 'light')"
    )
    env = {
        "ROOM": room,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "TABLE": "t",
        "PARAMETERS": "baton-dev-parameters",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run([sys.executable, "-S", "-s", "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "light", done.stderr


CALL_EVERYTHING = """
import io, json, sys
sys.path.insert(0, sys.argv[1])
from botocore import xform_name
from botocore.awsrequest import AWSResponse, HeadersDict
from urllib3 import HTTPResponse
from chalicelib.aws import clients
PLAIN = {"structure": {}, "list": [], "map": {}}
for service, operations in json.loads(sys.argv[2]).items():
    client = clients._botocore(service, "", 3)
    body = b"" if service == "s3" else b"{}"
    def answer(body=body, **_):
        return AWSResponse("", 200, HeadersDict(), HTTPResponse(io.BytesIO(body), preload_content=False))
    client.meta.events.register("before-send", answer)
    for operation in operations:
        shape = client.meta.service_model.operation_model(operation).input_shape
        needed = {name: PLAIN.get(shape.members[name].type_name, "x") for name in shape.required_members}
        getattr(client, xform_name(operation))(**needed)
        print(operation)
"""


def test_every_operation_can_be_called_with_what_the_archive_knows_of_it(unpacked: Path) -> None:
    """Up to the wire: endpoint rules, serializing, signing, and the answer's parsing."""
    operations = {service: sorted(names) for service, names in SERVICES.items()}
    env = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-S", "-s", "-c", CALL_EVERYTHING, str(unpacked), json.dumps(operations)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [name for names in operations.values() for name in names], done.stderr


def test_the_same_sources_make_the_same_bytes_wherever_they_lie(package: Package, tmp_path: Path) -> None:
    """From nothing, in another folder: dependencies, byte code and all."""
    again = build("dev", "local", tmp_path / "out", root=copy_of_the_sources(tmp_path / "elsewhere"))
    assert again.archives[ARCHIVE].read_bytes() == package.archives[ARCHIVE].read_bytes()
    assert again.digest == package.digest


def test_an_unchanged_build_is_not_made_again(package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made_again(*_: object) -> None:
        pytest.fail("built again")

    monkeypatch.setattr(packaging, "_make", made_again)
    assert build("dev", "local", tmp_path).digest == package.digest


def test_a_changed_source_changes_the_digest(package: Package, tmp_path: Path) -> None:
    root = copy_of_the_sources(tmp_path)
    (root / ".baton/cache").mkdir(parents=True)
    for folder in (ROOT / ".baton/cache").glob("dependencies-*"):
        (root / ".baton/cache" / folder.name).symlink_to(folder)
    (root / "chalicelib/errors.py").write_text((root / "chalicelib/errors.py").read_text() + "\n# changed\n")
    assert build("dev", "local", tmp_path / "out", root=root).digest != package.digest


def test_an_incomplete_list_of_dependencies_is_refused_by_name(tmp_path: Path) -> None:
    root = copy_of_the_sources(tmp_path)
    (root / "requirements.txt").write_text(f"python-dateutil=={version('python-dateutil')}")
    with pytest.raises(DeployError, match="lacks six"):
        build("dev", "local", tmp_path / "out", root=root)


def test_a_broken_app_is_refused_with_python_s_own_words(tmp_path: Path) -> None:
    root = copy_of_the_sources(tmp_path)
    (root / "app.py").write_text("import nowhere\n")
    with pytest.raises(DeployError, match="No module named 'nowhere'"):
        build("dev", "local", tmp_path / "out", root=root)


def test_what_ships_is_what_is_tested() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name, _, pinned = line.partition("==")
        if pinned:
            assert version(name) == pinned
