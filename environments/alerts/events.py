"""What people are told of test alerts."""

from portal.outbox.events import PROVIDER, Event, register
from portal.outbox.states import Channel

CONFIRMED = "test_alert.confirmed"

register(
    Event(
        CONFIRMED,
        title="A test alert arrived",
        because="you sent the test alert",
        channel=Channel.PORTAL,
        readers=(PROVIDER,),
    )
)
