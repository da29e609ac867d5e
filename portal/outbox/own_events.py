"""What the outbox itself tells people of."""

from portal.outbox.events import PROVIDER, Event, register

register(
    Event(
        "address.undeliverable",
        title="Mail to somebody does not arrive",
        because="you look after this person's customer, or the portal",
        urgent=True,
        readers=(PROVIDER,),
    ),
)
