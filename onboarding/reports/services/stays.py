"""How long an onboarding stayed in each stage, and whose turn it was meanwhile."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from environments.states import Owner
from onboarding.clocks.models import Clock, ClockPart
from onboarding.models import Onboarding
from onboarding.reports.models import StageStay
from portal.audit.models import AuditEvent
from portal.core import clock

Span = tuple[str, datetime, datetime]


def follow(onboarding: Onboarding) -> None:
    """The open stay is in the stage that the onboarding is in. Call it with the onboarding's row held; once more changes
    nothing."""
    stay = StageStay.objects.filter(onboarding=onboarding, ended_at__isnull=True).first()
    if stay is None:
        _begin(onboarding)
    elif stay.stage != onboarding.stage:
        end = max(onboarding.stage_since, stay.started_at)
        _end(stay, end, _parts(onboarding))
        stay.save()
        _stay(onboarding, onboarding.stage, end).save(force_insert=True)


def count_again(onboarding: Onboarding) -> None:
    """The parties' shares are counted again: a stretch of the clock was given to another party afterwards."""
    with transaction.atomic():
        parts = _parts(onboarding)
        for stay in StageStay.objects.filter(onboarding=onboarding):
            if stay.ended_at:
                _end(stay, stay.ended_at, parts)
                stay.save()


def _begin(onboarding: Onboarding) -> None:
    """What was before there were stays, the audit record has."""
    changes = AuditEvent.objects.filter(
        subject_type="onboarding",
        subject_id=onboarding.pk,
        action__in=("onboarding.stage_changed", "onboarding.cancelled"),
    )
    moment, stays = onboarding.created_at, [_stay(onboarding, "intake", onboarding.created_at)]
    for after, occurred_at in changes.order_by("occurred_at", "pk").values_list("after", "occurred_at"):
        moment = max(occurred_at, moment)
        stays.append(_stay(onboarding, after.get("stage", ""), moment))
    if stays[-1].stage != onboarding.stage:
        stays.append(_stay(onboarding, onboarding.stage, max(onboarding.stage_since, moment)))
    parts = _parts(onboarding) if len(stays) > 1 else []
    for stay, following in pairwise(stays):
        _end(stay, following.started_at, parts)
    StageStay.objects.bulk_create(stays)


def _stay(onboarding: Onboarding, stage: str, started_at: datetime) -> StageStay:
    return StageStay(customer_id=onboarding.customer_id, onboarding=onboarding, stage=stage, started_at=started_at)


def _end(stay: StageStay, moment: datetime, parts: list[Span]) -> None:
    stay.ended_at = moment
    stay.seconds = round((moment - stay.started_at).total_seconds())
    shares = shares_of(stay.started_at, moment, parts)
    stay.customer_seconds = round(shares[Owner.CUSTOMER])
    stay.provider_seconds = round(shares[Owner.PROVIDER])
    stay.aws_seconds = round(shares[Owner.AWS])


def _parts(onboarding: Onboarding) -> list[Span]:
    """Return the parts of the whole clock; the open one goes until now."""
    parts = ClockPart.objects.filter(clock__onboarding=onboarding, clock__kind=Clock.Kind.ONBOARDING)
    now = clock.now()
    return [
        (owner, begin, end or now)
        for owner, begin, end in parts.order_by("started_at").values_list("owner", "started_at", "ended_at")
    ]


def shares_of(begin: datetime, end: datetime, parts: Iterable[Span]) -> dict[str, float]:
    """Return the seconds between two moments that belong to each party."""
    shares = dict.fromkeys(Owner.values, 0.0)
    for owner, started, ended in parts:
        shares[owner] += max((min(ended, end) - max(started, begin)).total_seconds(), 0.0)
    return shares
