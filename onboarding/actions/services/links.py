"""The link in a reminder by which a person asks for a look without logging in.

It reads nothing but an action's title and the name of its environment, and changes nothing but that AWS is looked at sooner.
It is signed for one person and one action, and ends after seven days. Nothing about it is stored: a person who lost the role,
or whose account is closed, is refused when it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from environments import rules
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts
from portal.accounts.models import User
from portal.core.errors import Conflict, Forbidden, NotFound

LIFETIME = timedelta(days=7)
_SALT = "onboarding.actions.look-now"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link stands for: this person may ask for a look at this action."""

    person: User
    action: CustomerAction


def path_for(action: CustomerAction, person: User) -> str:
    """Return the path of a fresh link."""
    token = signing.dumps({"action": action.pk, "person": person.pk}, salt=_SALT)
    return reverse("action_link", args=[token])


def open(token: str) -> Invitation:
    """Return what the link stands for.

    Raises `NotFound` for one that was not made here, `Conflict` for one that has ended, `Forbidden` for a person who may
    not act for this customer any more.
    """
    try:
        said = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.SignatureExpired:
        remedy = "Log in and open the action: you can ask for a look there at any time."
        raise Conflict("This link has ended: it is good for 7 days.", remedy=remedy) from None
    except signing.BadSignature:
        raise NotFound from None
    person = User.objects.filter(pk=said["person"]).first()
    rows = CustomerAction.objects.select_related("customer", "onboarding", "environment", "step__run")
    action = rows.filter(pk=said["action"]).first()
    if person is None or action is None:
        raise NotFound
    if not rules.may_verify(person, action.customer):
        raise Forbidden("This link was made for somebody who may not act here any more.")
    return Invitation(person, action)


def look(token: str) -> CustomerAction:
    """Have AWS looked at, in the name of the link's person. Raises as `open` and `acts.look_now` do."""
    invitation = open(token)
    return acts.look_now(invitation.action, by=invitation.person, through="a link in a message")
