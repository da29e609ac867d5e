"""Starts the portal's Celery processes without a wait: everything is imported once, each process is forked from here.

Reads from its input, a line each, the log file and the arguments; writes the id of the process that runs them. Ends with its
input. Run as `python -m tests.faults.processes`.
"""

import os
import shlex
import signal
import sys

import celery.apps.beat
import celery.apps.worker
import celery.bin.celery  # noqa: F401 - what a process would import by itself
import django

django.setup()

from portal.celery import app  # noqa: E402 - needs the set-up

app.loader.import_default_modules()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves nothing behind
    for line in sys.stdin:
        log, *arguments = shlex.split(line)
        child = os.fork()
        if not child:
            _become(log, arguments)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _become(log: str, arguments: list[str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    try:
        app.start(arguments)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
