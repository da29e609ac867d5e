"""SMTP with one question more: may these words leave, asked when the server has taken the recipient and waits for them."""

import smtplib
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

_GO_AHEAD = 354
"""What a server says to DATA, and to nothing else."""


def _yes() -> None:
    return None


class SmtpBackend(EmailBackend):
    """`before_words` runs between the server's go-ahead and the first byte of the message; what it raises stops the message,
    which the server then never had."""

    before_words: Callable[[], None] = staticmethod(_yes)

    @property
    def connection_class(self) -> Any:
        return partial(_Session, lambda: self.before_words())


class _Session(smtplib.SMTP):
    def __init__(self, before_words: Callable[[], None], *args: Any, **kwargs: Any) -> None:
        self._before_words = before_words
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """A conversation that stops here is cut: whatever came next would count as the message."""
        code, reply = super().getreply()
        if code == _GO_AHEAD:
            try:
                self._before_words()
            except BaseException:
                self.close()
                raise
        return code, reply
