"""`python3 manage.py up`: the whole portal on the embedded default, started and stopped as one.

Four processes: AWS stand-in, web, worker, scheduler. Data stays in `DATA_DIR` for the next start. Given `DATABASE_URL`,
`REDIS_URL` or `CELERY_BROKER_URL`, the same processes run on those.
"""

import argparse
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from portal.embedded.aws_stand_in import accounts
from portal.embedded.children import Child, die_with_parent, stop_all

ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 120
_RESTART_SECONDS = 1.0
_OURS = frozenset({"AWS_SETTLE_SECONDS"})


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    data = ROOT / (os.environ.get("DATA_DIR") or ".data")
    taken = [port for port in (given.port, given.aws_port) if port and _is_taken(port)]
    if taken:
        print(f"Port {taken[0]} is taken. Stop what runs there, or choose another with --port.", file=sys.stderr)
        return 1
    if given.fresh or _unfinished(data).exists():
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "portal.sqlite3").exists():
        _unfinished(data).touch()
    environment = _environment(data, given.port, given.aws_port or _free_port())
    signal.signal(signal.SIGTERM, _as_interrupt)
    return _run(data, environment, given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start the whole portal on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="port of the pages (8000)")
    parser.add_argument("--aws-port", type=int, default=0, help="port of the AWS stand-in (any free one)")
    parser.add_argument("--fresh", action="store_true", help="forget all data and start over")
    parser.add_argument("--no-samples", dest="samples", action="store_false", help="leave an empty portal empty")
    return parser


def _unfinished(data: Path) -> Path:
    """Return the mark of a first start that is not through: broken off, half of the samples would stay for ever."""
    return data / "first-start-unfinished"


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _run(data: Path, environment: dict[str, str], given: argparse.Namespace) -> int:
    began, port = time.monotonic(), given.port
    children = _children(data, environment, port)
    try:
        _prepare(children[0], data, environment, samples=given.samples)
        for child in children[1:]:
            child.start()
        log_ins = _log_ins(environment)  # takes a second or two, in which the children get ready
        if not _answers(f"http://127.0.0.1:{port}/health/ready", children):
            print(f"The portal did not start. Its words are in {data / 'logs'}.", file=sys.stderr)
            return 1
        _greet(log_ins, environment, port, time.monotonic() - began)
        return _watch(children)
    except KeyboardInterrupt:
        print("\nStopping", flush=True)
        return 0
    except subprocess.CalledProcessError as failed:
        print(f"This did not work: {' '.join(failed.cmd[1:])}\n{(failed.output or b'').decode()}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop_all(children)


def _environment(data: Path, port: int, aws_port: int) -> dict[str, str]:
    key, secret = accounts.access_key_of(accounts.PROVIDER_ACCOUNT_ID)
    return {
        "RUN_SWEEP_SECONDS": "3",
        "RUN_POLL_CUSTOMER_SECONDS": "3",
        "RUN_LEASE_SECONDS": "15",
        "AWS_SETTLE_SECONDS": "5",
        "LOG_LEVEL": "WARNING",
        **_of_the_shell(),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # each of the processes would compile everything again, on every start
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(data),
        "STATIC_ROOT": str(data / "static"),
        "SECRET_KEY": _secret_key(data),
        "PORTAL_URL": os.environ.get("PORTAL_URL") or f"http://127.0.0.1:{port}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws_port}",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_STAND_IN_CUSTOMER_ROLE": accounts.CUSTOMER_ADMINISTRATOR,
        "AWS_STAND_IN_DNS": "true",
    }


def _of_the_shell() -> dict[str, str]:
    """Return this shell's variables without what could lead a call to real AWS, or one to loopback through a proxy."""
    kept = {name: value for name, value in os.environ.items() if name in _OURS or not name.startswith("AWS_")}
    direct = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1,localhost"]))
    nobodys = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nobodys, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": direct, "NO_PROXY": direct}


def _secret_key(data: Path) -> str:
    """Return the key of this folder's portal, made on the first start and readable by nobody else."""
    path = data / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _children(data: Path, environment: dict[str, str], port: int) -> list[Child]:
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    python = sys.executable
    aws_port = environment["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]
    commands = {
        "aws": ["portal.embedded.aws_stand_in", "--port", aws_port, "--state", str(data / "aws.dill")],
        "web": [
            "gunicorn",
            "portal.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            *["-k", "gthread", "-w", "1", "--threads", "8"],
        ],
        "worker": [
            "celery",
            "-A",
            "portal",
            "worker",
            *["--pool", "threads", "--concurrency", "8", "--loglevel", "WARNING"],
        ],
        "scheduler": ["celery", "-A", "portal", "beat", "--loglevel", "WARNING"],
    }
    return [
        Child(name, [python, "-m", *command], environment, logs / f"{name}.log") for name, command in commands.items()
    ]


def _prepare(aws: Child, data: Path, environment: dict[str, str], *, samples: bool) -> None:
    """Start the stand-in, bring database and static files up to date, and fill an empty portal with sample data."""
    aws.start()
    _say("preparing the database")
    with ThreadPoolExecutor() as beside:
        static = beside.submit(_collect_static, data, environment)
        _django(environment, "migrate", "--noinput", "-v0")
        static.result()
    until = time.monotonic() + _READY_SECONDS
    while not _is_taken(int(environment["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])) and time.monotonic() < until:
        time.sleep(0.1)
    if samples:
        _say("filling in sample customers, if the portal is empty")
        _django(environment, "seed_demo", "--if-empty")
    _unfinished(data).unlink(missing_ok=True)
    _say("starting web, worker and scheduler")


def _collect_static(data: Path, environment: dict[str, str]) -> None:
    """Collect and compress the static files, unless these very ones were: it takes seconds even when nothing changed."""
    made_from, sources = data / "static-made-from", _static_sources()
    if made_from.exists() and made_from.read_text() == sources:
        return
    _django(environment, "collectstatic", "--noinput", "--clear", "-v0")
    made_from.write_text(sources)


def _static_sources() -> str:
    """Return the digest of our own static files and of the lock, which stands for those of the packages."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _django(environment: dict[str, str], *command: str) -> None:
    subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "-m", "django", *command],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )


def _say(what: str) -> None:
    print(f"  {what}", flush=True)


def _answers(url: str, children: list[Child]) -> bool:
    until = time.monotonic() + _READY_SECONDS
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < until and not any(child.has_ended() for child in children):
        try:
            with directly.open(url, timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _watch(children: list[Child]) -> NoReturn:
    """Start again what ends by itself, until Ctrl-C."""
    while True:
        time.sleep(_RESTART_SECONDS)
        for child in children:
            if child.has_ended():
                _say(f"{child.name} ended and is started again; its words are in {child.log}")
                child.start()


def _greet(log_ins: list[str], environment: dict[str, str], port: int, seconds: float) -> None:
    free = accounts.CUSTOMER_ACCOUNTS[-1]
    lines = [
        "",
        f"The portal is ready: http://127.0.0.1:{port}    ({seconds:.0f} s)",
        "",
        *log_ins,
        "",
        f"For a new onboarding: account {free.account_id} in {free.region},",
        f"  production {free.production_vpc_id} {free.production_cidr}, test {free.test_vpc_id} {free.test_cidr}",
        "",
        f"Mail is at http://127.0.0.1:{port}/mailbox/. AWS is a stand-in at {environment['AWS_ENDPOINT_URL']}.",
        "Ctrl-C stops everything; the data stays.",
    ]
    print("\n".join(lines), flush=True)


def _log_ins(environment: dict[str, str]) -> list[str]:
    """Return the sample log-ins, or how to make the first account of a portal without samples."""
    import django  # noqa: PLC0415 - needs the environment that was just made

    os.environ.update(environment)
    django.setup()
    from portal.accounts.models import User  # noqa: PLC0415
    from portal.embedded.seed.people import SAMPLE_LOG_INS  # noqa: PLC0415

    known = set(User.objects.values_list("email", flat=True))
    rows = [f"  {role:<42} {email:<32} {password}" for role, email, password in SAMPLE_LOG_INS if email in known]
    return (
        ["Log in as", *rows]
        if rows
        else ["No account yet: python3 manage.py create_administrator --email you@example.com"]
    )


def _is_taken(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])
