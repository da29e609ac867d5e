"""What the provider's people say to each other never reaches the customer: on no page, by no call, in no count, search, mail or
record."""

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.conversation import selectors, subjects
from onboarding.conversation.models import Comment
from onboarding.conversation.services import comments
from onboarding.requests.services import asking
from portal.accounts.models import User
from portal.audit import selectors as audit
from portal.core.errors import Forbidden, NotFound
from portal.files.services import NewFile
from portal.outbox.models import OutboxMessage
from tests.api.caller import Caller
from tests.factories import people
from tests.onboarding.conversation.conftest import Talk

SECRET = "They are slow with apricots."


@pytest.fixture
def hidden(talk: Talk) -> Comment:
    """Somebody of the customer took part before, so that they would hear of what follows."""
    about = subjects.find(talk.manager, talk.onboarding, talk.environment.pk)
    talk.say("Seen by both", talk.contact, about=about)
    OutboxMessage.objects.all().delete()
    files = [NewFile("apricots.txt", b"x")]
    return comments.post(about, text=SECRET, by=talk.manager, internal=True, files=files)


@pytest.fixture
def administrator(talk: Talk) -> User:
    """Who sees most at the customer."""
    return people.customer_administrator(talk.onboarding.customer)


def test_the_providers_people_see_it_all_of_them(talk: Talk, hidden: Comment) -> None:
    for reader in (talk.manager, talk.engineer, people.auditor(), people.approver()):
        assert selectors.comment(reader, hidden.pk).text == SECRET
        assert selectors.counts(reader, talk.onboarding.pk).of("") == 2


def test_customers_neither_write_nor_find_it(talk: Talk, hidden: Comment, administrator: User) -> None:
    with pytest.raises(Forbidden):
        talk.say("x", administrator, internal=True)
    with pytest.raises(NotFound):
        selectors.comment(administrator, hidden.pk)
    with pytest.raises(NotFound):
        selectors.file(administrator, hidden.pk, hidden.files.get().pk)
    assert selectors.counts(administrator, talk.onboarding.pk).of("") == 1
    assert selectors.counts(administrator, talk.onboarding.pk).of(talk.environment.pk) == 1
    assert not selectors.comments_about(administrator, talk.whole, words="apricots").exists()


def test_no_page_shows_it(talk: Talk, hidden: Comment, administrator: User) -> None:
    browser = Client()
    browser.force_login(administrator)
    here = reverse("conversation", args=(talk.onboarding.pk,))
    for address in (
        here,
        f"{here}?words=apricots",
        f"{here}?about={talk.environment.pk}",
        f"{here}?after={hidden.pk}",
        reverse("onboarding", args=(talk.onboarding.pk,)),
        reverse("environment", args=(talk.environment.pk,)),
        reverse("audit_log"),
        f"{reverse('audit_log')}?action=comment",
    ):
        page = browser.get(address)
        assert page.status_code == 200
        assert SECRET not in page.text
        assert hidden.pk not in page.text.replace(f"after={hidden.pk}", "")
        assert "2 comments" not in page.text
    file = hidden.files.get()
    for address in (
        reverse("comment", args=(hidden.pk,)),
        reverse("comment_file", args=(hidden.pk, file.pk)),
    ):
        assert browser.get(address).status_code == 404
    assert browser.post(reverse("comment_take_back", args=(hidden.pk,))).status_code == 404


def test_no_call_gives_it(talk: Talk, hidden: Comment, administrator: User) -> None:
    caller = Caller(administrator)
    path = f"/onboardings/{talk.onboarding.pk}/comments"
    for query in ("", "?words=apricots", f"?about={talk.environment.pk}"):
        found = caller.get(path + query)
        assert found.status_code == 200
        assert hidden.pk not in [row["id"] for row in found.data["data"]]
    assert caller.get(f"/comments/{hidden.pk}").status_code == 404
    assert caller.get(f"/comments/{hidden.pk}/files/{hidden.files.get().pk}").status_code == 404
    assert caller.patch(f"/comments/{hidden.pk}", {"text": "x"}).status_code == 404
    assert caller.delete(f"/comments/{hidden.pk}").status_code == 404
    assert caller.post(path, {"text": "x", "internal": True}).status_code == 403


def test_no_mail_of_it_leaves_for_the_customer(talk: Talk, hidden: Comment) -> None:
    assert hidden.is_internal
    domain = f"@{talk.onboarding.customer.slug}.example"
    assert not OutboxMessage.objects.filter(recipient__endswith=domain).exists()


def test_the_customers_record_has_nothing_of_it(talk: Talk, hidden: Comment, administrator: User) -> None:
    comments.edit(hidden, text="Still slow", by=talk.manager)
    comments.take_back(hidden, by=talk.manager)

    assert not audit.events(administrator, subject_id=hidden.pk).exists()
    assert audit.events(talk.engineer, subject_id=hidden.pk).count() == 3


def test_in_the_thread_of_a_request_it_is_hidden_too(talk: Talk, administrator: User) -> None:
    request = asking.ask(talk.onboarding.customer, kind="question", details="When?", by=talk.contact)
    said = comments.post(subjects.of_request(request), text=SECRET, by=talk.manager, internal=True)
    browser = Client()
    browser.force_login(administrator)

    assert SECRET not in browser.get(reverse("service_request", args=(request.pk,))).text
    assert Caller(administrator).get(f"/service-requests/{request.pk}/comments").data["data"] == []
    domain = f"@{talk.onboarding.customer.slug}.example"
    assert not OutboxMessage.objects.filter(key__contains=said.pk, recipient__endswith=domain).exists()
