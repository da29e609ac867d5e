"""What people are told of the portfolio."""

from onboarding.services.assignments import EVENT
from portal.outbox.events import PROVIDER, Event, register

register(
    Event(
        EVENT,
        title="An onboarding is handed over to you",
        because="you manage this onboarding from now on",
        readers=(PROVIDER,),
    )
)
