"""Who is meant by an `@`, who may be, and that they are told once."""

import pytest

from onboarding.conversation import selectors
from onboarding.conversation.services import comments
from portal.core.errors import Invalid
from tests.factories import people
from tests.onboarding.conversation.conftest import Talk
from tests.onboarding.conversation.test_comments import told


def test_a_name_an_address_and_a_pick_mention_people(talk: Talk) -> None:
    text = f"Ask @{talk.manager.full_name.upper()}, or @{talk.other.email}."
    made = comments.post(talk.whole, text=text, by=talk.contact, mentions=[talk.viewer.pk])

    assert set(made.mentions.all()) == {talk.manager, talk.other, talk.viewer}
    assert told("comment_mentioned") == {talk.manager.email, talk.other.email, talk.viewer.email}
    assert told("comment_added") == set()


@pytest.mark.parametrize("text", ["Write to ops@contact.example", "{0}", "@{0}son", "2@{0}"])
def test_what_only_looks_like_a_mention_is_text(talk: Talk, text: str) -> None:
    made = talk.say(text.format(talk.other.full_name), talk.contact)

    assert not made.mentions.exists()


def test_a_longer_name_is_not_taken_for_a_shorter_one(talk: Talk) -> None:
    talk.other.full_name = "Ada Love"
    talk.other.save()
    longer = people.contact(talk.onboarding.customer, name="Ada Lovelace")
    made = talk.say("@Ada Lovelace knows", talk.contact)

    assert list(made.mentions.all()) == [longer]


def test_nobody_is_mentioned_who_cannot_see_an_internal_comment(talk: Talk) -> None:
    for said in ({"text": f"@{talk.contact.full_name} x"}, {"text": "x", "mentions": [talk.contact.pk]}):
        with pytest.raises(Invalid) as refused:
            comments.post(talk.whole, by=talk.manager, internal=True, **said)
        [problem] = refused.value.problems
        assert problem.message.startswith(f"{talk.contact} cannot see an internal comment.")


def test_somebody_of_another_customer_and_nobody_at_all_are_refused_alike(talk: Talk) -> None:
    said = []
    for address in (talk.stranger.email, "nobody@nowhere.example"):
        with pytest.raises(Invalid) as refused:
            talk.say(f"@{address} look", talk.contact)
        said.append(refused.value.problems[0].message.replace(address, "X"))
    assert said[0] == said[1]
    with pytest.raises(Invalid):
        comments.post(talk.whole, text="x", by=talk.contact, mentions=[talk.stranger.pk])


def test_an_edit_tells_only_whom_it_mentions_anew(talk: Talk) -> None:
    made = talk.say(f"@{talk.other.full_name}", talk.contact)
    comments.edit(made, text=f"@{talk.other.full_name} and @{talk.viewer.full_name}", by=talk.contact)

    assert told("comment_mentioned") == {talk.other.email, talk.viewer.email}


def test_customers_pick_from_their_own_and_those_who_spoke_to_them(talk: Talk) -> None:
    customer = talk.onboarding.customer
    closed = people.contact(customer)
    closed.is_active = False
    closed.save()
    picker = selectors.people_to_mention(talk.contact, customer, talk.onboarding)
    assert set(picker) == {talk.manager, talk.contact, talk.other, talk.viewer}

    talk.say("Between us", talk.engineer, internal=True)
    assert talk.engineer not in selectors.people_to_mention(talk.contact, customer, talk.onboarding)
    talk.say("Hello", talk.engineer)
    assert talk.engineer in selectors.people_to_mention(talk.contact, customer, talk.onboarding)
    assert talk.engineer in selectors.people_to_mention(talk.manager, customer, talk.onboarding)
