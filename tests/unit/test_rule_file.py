"""The rules as a file: each mistake is told with its line, and a package with one is not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import rule_file
from infra.errors import DeployError
from infra.package import ROOT, build
from tests.unit.test_package import copy_of_the_sources

SHIPPED = ROOT / rule_file.SHIPPED
TEXT = SHIPPED.read_text("utf-8")


def mistakes(text: str) -> list[str]:
    with pytest.raises(DeployError) as refused:
        rule_file.parsed(text, "mine.yaml")
    assert refused.value.do
    return str(refused.value).split("\n")[1:]


def line_of(part: str, text: str = TEXT) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_rules_have_none() -> None:
    file = rule_file.read(SHIPPED)
    assert len(file.rules.hand_over) > 10
    assert file.rules.version == rule_file.version(TEXT)


def test_a_typo_is_told_with_file_line_rule_field_and_what_was_meant() -> None:
    wrong = TEXT.replace("when: asked_for_person\n", "when: asked_for_persn\n")
    [told] = mistakes(wrong)
    line = line_of("asked_for_persn", wrong)
    assert told == (
        f'mine.yaml:{line}: hand_over 9 ("asked-for-person"): when: asked_for_persn: no such fact; did you mean "asked_for_person"?'
    )


def test_all_mistakes_are_told_in_the_order_of_the_lines() -> None:
    wrong = TEXT.replace("queue: billing", "queue: biling", 1).replace("offer: 0.06", "offer: three")
    told = mistakes(wrong)
    assert [line.split(": ")[0] for line in told] == [f"mine.yaml:{line_of(part, wrong)}" for part in ("offer: three", "queue: biling")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mine.yaml:1: rules: must consist of confidence, hand_over, tell, sentences"),
        ("- a\n- b\n", "mine.yaml:1: rules: must consist of"),
        ("confidence: {answer: 0.7\nhand_over: []\n", "is no YAML"),
        ('hand_over:\n  - id: a\n    when: tier == "vip": yes\n', "mine.yaml:3: is no YAML: mapping values are not allowed"),
        ("\tconfidence: 1\n", "mine.yaml:1: is no YAML: found character"),
        ("confidence: {}\nconfidence: {}\n", "mine.yaml:2: confidence: stands twice in the same place; take one out"),
        ("confidence: !!python/object:os.system {}\n", "is no YAML"),
        ("confidence: {at: 2026-11-22}\n", "is no YAML that a table can be made of"),
        ("a: &a [*a]\n", "is no YAML"),
    ],
)
def test_what_is_no_table_is_refused_by_its_line(text: str, told: str) -> None:
    assert told in mistakes(text)[0]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.yaml"):
        with pytest.raises(DeployError, match="cannot be read"):
            rule_file.read(path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeployError, match="cannot be read"):
        rule_file.read(tmp_path / "binary.yaml")
    with pytest.raises(DeployError, match="larger than 200 kB"):
        rule_file.parsed("#" * 300_000, "mine.yaml")


def test_no_package_is_made_of_rules_with_a_typo(tmp_path: Path) -> None:
    root = copy_of_the_sources(tmp_path / "root")
    shipped = root / rule_file.SHIPPED
    shipped.write_text(TEXT.replace('tier == "vip"', 'teir == "vip"'), "utf-8")
    with pytest.raises(DeployError, match='teir: no such fact; did you mean "tier"'):
        build("dev", "local", tmp_path / "out", root=root)
    assert not (tmp_path / "out").exists()
