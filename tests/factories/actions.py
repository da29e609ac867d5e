"""Customer actions, for tests that put steps, sections and items into place without the services that give news of them."""

from environments.models import Environment
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import following
from onboarding.models import Onboarding
from tests.factories import onboardings


def follow_all() -> None:
    """Let the actions of every onboarding say what is so now."""
    for key in Onboarding.objects.order_by("pk").values_list("pk", flat=True):
        following.follow_by_itself(key)


def onboard(environment: Environment) -> Onboarding:
    """Return an onboarding that has this environment."""
    made = onboardings.onboarding(environment.customer)
    made.environments.add(environment)
    return made


def the_one(kind: str) -> CustomerAction:
    """Return the newest action of a kind."""
    rows = CustomerAction.objects.select_related("customer", "onboarding", "environment", "section", "step__run")
    return rows.filter(kind=kind).latest("number")
