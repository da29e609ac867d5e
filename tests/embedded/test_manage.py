"""What `manage.py` decides before anything is installed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def manage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, looking at an empty folder for its environment."""
    spec = importlib.util.spec_from_file_location("manage", ROOT / "manage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path)
    return module


def test_a_python_that_is_too_old_is_a_clear_message(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(manage.sys, "version_info", (3, 9, 2))

    assert manage.main(["up"]) == 1
    assert "The portal needs Python 3.11 or newer" in capsys.readouterr().err


def test_a_changed_lock_is_installed_again(manage: ModuleType, tmp_path: Path) -> None:
    assert not manage.is_marked("base")

    manage.mark_of("base").write_text(manage.digest_of("base"))
    assert manage.is_marked("base")

    manage.mark_of("base").write_text("the digest of another lock")
    assert not manage.is_marked("base")


def test_what_was_made_for_the_tests_serves_for_everything(manage: ModuleType) -> None:
    manage.mark_of("dev").write_text(manage.digest_of("dev"))

    assert manage.is_marked("base")


def test_a_python_that_has_all_it_needs_is_used_as_it_is(manage: ModuleType) -> None:
    assert manage.is_complete("dev")


def test_without_the_quick_installer_pip_alone_installs(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> object:
        ran.append(command)
        return type("Ended", (), {"returncode": 1 if "uv.txt" in command[-1] else 0})

    monkeypatch.setattr(manage.subprocess, "run", run)

    manage.install(tmp_path / "python", manage.LOCKS["base"])

    assert [Path(command[-1]).name for command in ran] == ["uv.txt", "base.txt"]
    assert all("--require-hashes" in command for command in ran)
