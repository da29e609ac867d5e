"""What `manage.py` decides before anything is installed."""

import importlib.util
import subprocess
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


def test_an_environment_whose_making_was_broken_off_is_made_again(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    without_pip = tmp_path / "bin" / "python"
    without_pip.write_text("#!/bin/sh\nexit 1\n")
    without_pip.chmod(0o755)
    made: list[Path] = []
    monkeypatch.setattr(manage.venv, "create", lambda folder, **_: made.append(folder))
    monkeypatch.setattr(manage, "install", lambda *_: None)

    assert manage.ensure_environment("base") == without_pip

    assert made == [tmp_path]
    assert manage.is_marked("base")


def test_a_python_without_pip_says_where_to_get_it(manage: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "ensurepip")

    monkeypatch.setattr(manage.venv, "create", create)

    with pytest.raises(SystemExit, match="python3-venv"):
        manage.ensure_environment("base")
    assert not manage.is_marked("base")


def test_a_failed_installation_leaves_no_mark(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(manage.venv, "create", lambda *_, **__: None)
    monkeypatch.setattr(manage.subprocess, "run", lambda *_, **__: type("Ended", (), {"returncode": 1}))

    with pytest.raises(SystemExit, match="the next call tries again"):
        manage.ensure_environment("base")
    assert list(tmp_path.iterdir()) == []


def test_the_locks_pin_with_hashes_and_the_tests_lock_pins_the_same_versions(manage: ModuleType) -> None:
    pins = {kind: _pins(lock) for kind, lock in {**manage.LOCKS, "uv": manage.INSTALLER}.items()}

    assert pins["base"].items() <= pins["dev"].items()
    for lock in (*manage.LOCKS.values(), manage.INSTALLER):
        text = lock.read_text()
        assert text.count("--hash=sha256:") >= len(_pins(lock)) > 0
        assert "http" not in text.replace("httpx", "").replace("httptools", "").replace("httpcore", "")


def _pins(lock: Path) -> dict[str, str]:
    return dict(
        line.split(" ")[0].split("==") for line in lock.read_text().splitlines() if "==" in line and line[:1].isalnum()
    )
