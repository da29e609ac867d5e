#!/usr/bin/env python3
"""Runs the portal's commands, and on the first call makes the environment they need.

`python3 manage.py up` starts the whole portal on the embedded default; `python3 manage.py test` runs the tests; everything else
is Django's. Up to the hand-over at the end only the standard library is used, so that a bare Python is enough.

The environment is `.venv`, made from the hash-pinned files in `requirements/`. A mark with their digest makes later calls
instant. A Python that already has what is needed (an image, an environment made by hand) is used as it is.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
LOCKS = {"base": ROOT / "requirements" / "base.txt", "dev": ROOT / "requirements" / "dev.txt"}
INSTALLER = ROOT / "requirements" / "uv.txt"
NEEDED = {
    "base": ("django", "celery", "boto3", "moto"),
    "dev": ("django", "celery", "boto3", "moto", "pytest", "xdist"),
}


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        print(f"The portal needs Python {wanted} or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    kind = "dev" if arguments[:1] == ["test"] else "base"
    if not is_complete(kind):
        python = ensure_environment(kind)
        os.execv(python, [str(python), str(ROOT / "manage.py"), *arguments])
    if arguments[:1] == ["test"]:
        return run_tests(arguments[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if arguments[:1] == ["up"]:
        from portal.embedded.supervisor import main as up

        return up(arguments[1:])
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])
    return 0


def is_complete(kind: str) -> bool:
    """Return whether this very Python can go on: our own environment with the right mark, or any other that has all."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return is_marked(kind)
    return all(importlib.util.find_spec(name) for name in NEEDED[kind])


def is_marked(kind: str) -> bool:
    """Return whether `.venv` was made from the present locks; what was made for the tests serves for everything."""
    return any(mark_of(known).exists() and mark_of(known).read_text() == digest_of(known) for known in {kind, "dev"})


def mark_of(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def digest_of(kind: str) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def ensure_environment(kind: str) -> Path:
    """Make `.venv` from the lock where it is not there yet, and return its Python. Exits with a sentence where it cannot."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and is_marked(kind):
        return python
    began = time.monotonic()
    packages = sum(1 for line in LOCKS[kind].read_text().splitlines() if line[:1].isalnum())
    print(f"First call: installing {packages} pinned packages into .venv", flush=True)
    if not has_pip(python):
        make_environment()
    install(python, LOCKS[kind])
    mark_of(kind).write_text(digest_of(kind))
    say(f"done in {time.monotonic() - began:.0f} s")
    return python


def has_pip(python: Path) -> bool:
    """Return whether `.venv` is there and whole; one whose making was broken off has no pip."""
    return (
        python.exists() and subprocess.run([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0
    )


def make_environment() -> None:
    say("making .venv")
    try:
        venv.create(VENV, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "This Python cannot make .venv: it came without pip. Debian and Ubuntu have it in the package python3-venv."
        )


def install(python: Path, lock: Path) -> None:
    """Install exactly the lock: with uv, itself pinned, which takes seconds; with pip alone where uv cannot be had."""
    pinned = ["--require-hashes", "--no-deps", "-r"]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned]
    say("installing the installer")
    if subprocess.run([*pip, str(INSTALLER)]).returncode == 0:
        say(f"installing {lock.relative_to(ROOT)}")
        uv = shutil.which("uv", path=str(python.parent)) or ""
        quick = [uv, "pip", "install", "--quiet", "--python", str(python), *pinned, str(lock)]
        if uv and subprocess.run(quick).returncode == 0:
            return
    say("installing with pip, which takes about a minute")
    if subprocess.run([*pip, str(lock)]).returncode != 0:
        sys.exit("The packages could not be installed. Read pip's words above; the next call tries again.")


def say(what: str) -> None:
    print(f"  {what}", flush=True)


def run_tests(arguments: list[str]) -> int:
    """Run pytest in several processes where no arguments say otherwise: one more than cores, since some tests wait."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings_test"
    # The tests start many processes; each would compile every module again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    parallel = [] if arguments else ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "loadgroup"]
    return subprocess.run([sys.executable, "-m", "pytest", *parallel, *arguments], cwd=ROOT).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped. The next call goes on from here.")
