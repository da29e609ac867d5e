"""Keeping views of the portfolio."""

import pytest
from django.test import Client

from onboarding.reports.models import SavedView
from onboarding.reports.services import views
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.api.caller import Caller
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_view_keeps_what_the_portfolio_knows_of_the_address() -> None:
    view = views.save(name=" Mine  now ", query="stage=review&page=4&evil=1&waiting=nobody", by=people.engineer())

    assert (view.name, view.query) == ("Mine now", "stage=review")


def test_ones_own_and_shared_views_are_offered_and_no_others() -> None:
    me, other = people.engineer(), people.account_manager()
    mine = views.save(name="Mine", query="", by=me)
    shared = views.save(name="Shared", query="", shared=True, by=other)
    views.save(name="Others", query="", by=other)

    assert set(views.visible(me)) == {mine, shared}
    assert not views.visible(people.contact(people.customer())).exists()


def test_a_private_view_of_another_does_not_exist() -> None:
    hidden = views.save(name="Hidden", query="", by=people.engineer())

    with pytest.raises(NotFound):
        views.one(people.administrator(), hidden.pk)


def test_only_the_owner_and_administrators_change_a_shared_view() -> None:
    shared = views.save(name="Shared", query="", shared=True, by=people.account_manager())

    with pytest.raises(Forbidden):
        views.change(shared, name="Taken", shared=True, by=people.engineer())
    with pytest.raises(Forbidden):
        views.delete(shared, by=people.engineer())
    views.change(shared, name="Tidied", shared=False, by=people.administrator())
    assert SavedView.objects.get().name == "Tidied"


def test_an_auditor_keeps_views_and_shares_none() -> None:
    auditor = people.auditor()
    mine = views.save(name="Mine", query="", by=auditor)

    with pytest.raises(Forbidden):
        views.save(name="For all", query="", shared=True, by=auditor)
    with pytest.raises(Forbidden):
        views.change(mine, name="Mine", shared=True, by=auditor)


@pytest.mark.parametrize(("name", "words"), [("", "Enter a name"), ("x" * 61, "at most 60"), ("Mine", "already")])
def test_names_are_refused_in_a_sentence(name: str, words: str) -> None:
    user = people.engineer()
    views.save(name="Mine", query="", by=user)

    with pytest.raises(Invalid) as refused:
        views.save(name=name, query="", by=user)

    assert words in refused.value.problems[0].message
    assert SavedView.objects.count() == 1


def test_nobody_keeps_views_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    user = people.engineer()
    views.save(name="One", query="", by=user)

    with pytest.raises(Conflict):
        views.save(name="Two", query="", by=user)


def test_every_act_is_audited() -> None:
    user = people.engineer()
    view = views.save(name="One", query="stage=live", by=user)
    views.change(view, name="Two", shared=True, by=user)
    views.delete(view, by=user)

    actions = AuditEvent.objects.filter(subject_type="savedview").order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["saved_view.saved", "saved_view.changed", "saved_view.deleted"]


def test_page_saves_shows_renames_and_deletes() -> None:
    client = signed_in(people.account_manager())
    onboardings.onboarding()

    saved = client.post("/portfolio/views/", {"name": "In review", "query": "stage=review", "shared": "on"})
    assert saved["Location"] == "/onboardings/?stage=review"
    view = SavedView.objects.get()
    assert view.shared
    shown = client.get("/onboardings/?stage=review").content.decode()
    assert "In review" in shown
    assert f"/portfolio/views/{view.pk}/" in shown

    renamed = client.post(f"/portfolio/views/{view.pk}/", {"name": "Judging"})
    assert renamed["Location"] == "/onboardings/?stage=review"
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Judging", False)

    client.post(f"/portfolio/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_page_and_api_refuse_a_name_with_the_same_words() -> None:
    user = people.engineer()

    page = signed_in(user).post("/portfolio/views/", {"name": "", "query": ""})
    api = Caller(user).post("/portfolio-views", {"name": ""})

    assert (page.status_code, api.status_code) == (422, 400)
    for answer in (page, api):
        assert "Enter a name, such as “Mine, due this week”" in answer.content.decode()


def test_api_saves_changes_and_deletes() -> None:
    call = Caller(people.engineer())

    made = call.post("/portfolio-views", {"name": "Late", "query": "due=overdue"})
    assert made.status_code == 201
    id = made.json()["id"]
    assert call.get("/portfolio-views").json()["data"][0]["query"] == "due=overdue"
    assert call.patch(f"/portfolio-views/{id}", {"shared": True}).json()["shared"] is True
    assert call.delete(f"/portfolio-views/{id}").status_code == 204
    assert call.get(f"/portfolio-views/{id}").status_code == 404
