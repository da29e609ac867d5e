"""Hand-overs: two people release the credentials of one environment to a third, who reveals them once."""

from typing import TypedDict

from environments.models import Environment
from onboarding.models import HandOver
from portal.accounts.models import User


class Credential(TypedDict):
    product: str
    url: str
    user_name: str
    password: str


def request(environment: Environment, *, recipient: User, reason: str, by: User) -> HandOver:
    raise NotImplementedError


def release(hand_over: HandOver, *, by: User) -> HandOver:
    raise NotImplementedError


def withdraw(hand_over: HandOver, *, by: User) -> HandOver:
    raise NotImplementedError


def reveal(hand_over: HandOver, *, password: str, claim_key: str, by: User) -> list[Credential]:
    raise NotImplementedError


def acknowledge(hand_over: HandOver, *, by: User) -> HandOver:
    raise NotImplementedError


def expire_due() -> int:
    raise NotImplementedError
