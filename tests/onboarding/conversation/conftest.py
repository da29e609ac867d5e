"""An onboarding with an environment, and somebody of each side."""

from dataclasses import dataclass

import pytest

from environments.models import Environment
from onboarding.conversation.models import Comment
from onboarding.conversation.services import comments
from onboarding.conversation.subjects import Subject
from onboarding.models import Onboarding
from portal.accounts.models import User
from tests.factories import environments, onboardings, people


@dataclass
class Talk:
    """`manager` is the account manager, `engineer` a colleague; the others are of the customer, but for `stranger`."""

    onboarding: Onboarding
    environment: Environment
    manager: User
    engineer: User
    contact: User
    other: User
    viewer: User
    stranger: User

    @property
    def whole(self) -> Subject:
        return Subject(self.onboarding.customer, self.onboarding)

    def say(self, text: str, by: User, *, internal: bool = False, about: Subject | None = None) -> Comment:
        return comments.post(about or self.whole, text=text, by=by, internal=internal)


@pytest.fixture
def talk(db: None) -> Talk:
    manager = people.account_manager()
    onboarding = onboardings.onboarding(account_manager=manager)
    environment = environments.environment(onboarding.customer)
    onboarding.environments.add(environment)
    customer = onboarding.customer
    return Talk(
        onboarding=onboarding,
        environment=environment,
        manager=manager,
        engineer=people.engineer(),
        contact=people.contact(customer),
        other=people.contact(customer),
        viewer=people.viewer(customer),
        stranger=people.customer_administrator(people.customer()),
    )
