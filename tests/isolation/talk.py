"""What the two sides say, decide and ask for in the world: one of each, and something internal beside what both see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.models import Environment
from onboarding.conversation import subjects
from onboarding.conversation.services import comments, decisions
from onboarding.conversation.subjects import Subject
from onboarding.models import Onboarding
from onboarding.requests.services import asking
from portal.accounts.models import User
from portal.files.services import NewFile

if TYPE_CHECKING:
    from tests.isolation.world import Tenant


def add(tenant: Tenant, onboarding: Onboarding, environment: Environment, staff: dict[str, User]) -> None:
    manager, files = staff["account_manager"], [NewFile("seen.txt", b"seen")]
    about = Subject(tenant.customer, onboarding, environment=environment)
    said = comments.post(about, text="Seen by both", by=tenant.contributor, files=files)
    hidden = comments.post(about, text="Seen by us", by=manager, internal=True, files=files)
    terms = {"environment": environment, "kind": "upgrade", "title": "By dump", "text": "At night"}
    decision = decisions.propose(onboarding, **terms, by=manager)
    request = asking.ask(tenant.customer, kind="question", details="When?", by=tenant.contributor)
    whispered = comments.post(subjects.of_request(request), text="Whispered", by=manager, internal=True)
    tenant.ids |= {
        "comment": said.pk,
        "file": said.files.get().pk,
        "internal_comment": hidden.pk,
        "internal_file": hidden.files.get().pk,
        "whispered": whispered.pk,
        "decision": decision.pk,
        "request": request.pk,
    }
