"""Logs: JSON lines on standard error, with the request's id. Only named fields are written; secrets never are fields."""

import logging
import re
import sys
from typing import Any

import structlog

_TOKEN = re.compile(r"/[A-Za-z0-9_:=-]{40,}")
"""A part of an address that is itself a secret, such as an invitation's; ids are shorter."""


def _without_tokens(_: Any, __: str, event: Any) -> Any:
    """Django names the address of a request that it refused; whoever reads the log could open a link that still works."""
    event["event"] = _TOKEN.sub("/(hidden)", str(event["event"]))
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    _without_tokens,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(
        allow={
            "task",
            "error",
            "run",
            "plan",
            "step",
            "service",
            "operation",
            "code",
            "epoch",
            "status_code",
            "message_id",
        }
    ),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(config: dict[str, Any]) -> None:
    """Install one handler for everything. `config["level"]` is the threshold."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config["level"])
    for noisy in ("botocore", "boto3", "urllib3", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A role that refuses us is an ordinary wait: the run's page says so, a traceback each few seconds would not help.
    logging.getLogger("botocore.credentials").setLevel(logging.ERROR)
