"""Typed readers of the environment: every setting has a type, a default for the embedded mode, and a `*_FILE` twin.

A value named `NAME` may instead be given as a file whose path is in `NAME_FILE` (container secrets). Where both are
set, the file wins. `.env` beside `manage.py` is read once, and never overrides a variable that is already set.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

_env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")


def text(name: str, default: str = "") -> str:
    """Return the value, or the content of the file that `NAME_FILE` names; an empty value counts as not given."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name) or default


def content(path: Path) -> str:
    """Return what a file holds; nothing where it does not exist. The embedded mode keeps its own key that way."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def flag(name: str, *, default: bool) -> bool:
    return _env.bool(name) if os.environ.get(name) else default


def number(name: str, default: int) -> int:
    return _env.int(name) if os.environ.get(name) else default


def seconds(name: str, default: int) -> timedelta:
    return timedelta(seconds=number(name, default))


def listing(name: str, default: list[str]) -> list[str]:
    return _env.list(name) if os.environ.get(name) else default


def database(name: str, default: str) -> dict:
    return environ.Env.db_url_config(text(name, default))
