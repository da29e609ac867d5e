from datetime import timedelta
from pathlib import Path

import pytest

from portal import env


def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_LEASE_SECONDS", "")

    assert env.seconds("RUN_LEASE_SECONDS", 30) == timedelta(seconds=30)


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("SECRET_KEY", "from the variable")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    assert env.text("SECRET_KEY") == "from the file"


def test_a_list_is_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example,b.example")

    assert env.listing("ALLOWED_HOSTS", []) == ["a.example", "b.example"]


def test_a_database_address_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:word@db:5433/portal")

    read = env.database("DATABASE_URL", "sqlite:///x")

    assert (read["HOST"], read["PORT"], read["NAME"]) == ("db", 5433, "portal")
