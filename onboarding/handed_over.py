"""When environments were handed over and who manages them, for the measured availability, which is below the onboarding."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Min

from environments.availability.hand_overs import HandedOver, register
from onboarding.models import HandOver, Onboarding
from onboarding.states import HandOverState, Stage
from portal.accounts.models import User


def of(environments: Sequence[str]) -> Mapping[str, HandedOver]:
    """Return when each environment's recipient first acknowledged it, and the account managers of its onboardings."""
    acknowledged = HandOver.objects.filter(environment__in=environments, state=HandOverState.ACKNOWLEDGED)
    moments = dict(acknowledged.order_by().values_list("environment").annotate(first=Min("acknowledged_at")))
    managers = _managers(environments)
    return {id: HandedOver(moments.get(id), tuple(managers[id])) for id in environments}


def _managers(environments: Sequence[str]) -> dict[str, list[User]]:
    onboardings = Onboarding.objects.exclude(stage=Stage.CANCELLED).filter(environments__in=environments)
    found: dict[str, list[User]] = defaultdict(list)
    rows = (
        onboardings.filter(account_manager__is_active=True)
        .order_by("pk")
        .values_list("environments", "account_manager")
    )
    pairs = list(rows.distinct())
    people = User.objects.in_bulk({person for _, person in pairs})
    for environment, person in pairs:
        if people[person] not in found[environment]:
            found[environment].append(people[person])
    return found


register(of)
