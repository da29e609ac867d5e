"""What people are told of availability."""

from portal.outbox.events import PROVIDER, Event, register

BELOW_TARGET = "availability.below_target"

register(
    Event(
        BELOW_TARGET,
        title="An environment is less available than agreed",
        because="you manage the onboarding of this environment",
        readers=(PROVIDER,),
    )
)
