"""A process that delivers what is due once, and may be killed while it does. Run as `python -m tests.outbox.worker`."""

import django

django.setup()

from portal.outbox import delivery  # noqa: E402 - needs the set-up

if __name__ == "__main__":
    delivery.deliver()
