"""The documents are true: what they name exists, and what exists is named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = re.compile(r'env\.(?:text|flag|number|seconds|listing|database)\(\s*"([A-Z_]+)"')


def settings_read() -> set[str]:
    return set(VARIABLE.findall((ROOT / "portal/settings.py").read_text()))


def test_every_setting_is_in_the_configuration_reference() -> None:
    reference = (ROOT / "docs/configuration.md").read_text()

    assert [name for name in sorted(settings_read()) if f"`{name}`" not in reference] == []


def test_the_configuration_reference_names_no_setting_that_does_not_exist() -> None:
    rows = [line for line in (ROOT / "docs/configuration.md").read_text().splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}

    assert named - settings_read() == {"POSTGRES_PASSWORD"}


def test_the_environment_example_lists_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))

    assert settings_read() - listed == set()


@pytest.mark.parametrize(
    "document", sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("**/*.md") if ".venv" not in p.parts)
)
def test_every_file_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    named = re.findall(
        r"`((?:docs|portal|onboarding|environments|backups|tests|templates|static|\.ci)/[\w./-]*)`", text
    )

    assert [name for name in named if not (ROOT / name).exists()] == []
