"""What the API says and takes about messages."""

from typing import Any

from rest_framework import serializers

from portal.core.inputs import FlagInput, Input, NumberInput, ObjectInput, TextInput, TextsInput
from portal.core.rest import Output, Reference, reference, url, web_url
from portal.outbox import events, selectors
from portal.outbox.models import MessagePreferences, Notice
from portal.outbox.states import Channel, Kind, Weekday


class MessageOutput(Output):
    """What the caller was told. `web_url` is the page that it is about; `to_act`: the caller can and should do something."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    event = serializers.CharField()
    subject = serializers.CharField()
    to_act = serializers.BooleanField()
    customer = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Notice) -> dict[str, Any]:
        customer = row.customer
        return {
            "id": row.pk,
            "url": url(f"messages/{row.pk}"),
            "web_url": web_url(row.link.lstrip("/")),
            "event": row.event,
            "subject": row.subject,
            "to_act": row.to_act,
            "customer": reference("customers", customer.pk, customer.name) if customer else None,
            "created_at": row.created_at,
            "read_at": row.read_at,
        }


class AllReadOutput(Output):
    """How many messages were unread until now."""

    read = serializers.IntegerField()

    @staticmethod
    def render(row: int) -> dict[str, Any]:
        return {"read": row}


class ChannelOutput(serializers.Serializer):
    """How the caller hears of one event; `default` is how, unless they choose."""

    event = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    default = serializers.ChoiceField(Channel.choices)


class PreferencesOutput(Output):
    """How messages reach the caller. An empty `time_zone` means `effective_time_zone`, the customer's. Since
    `undeliverable_since` (null: never) the caller's address takes no mail."""

    channels = ChannelOutput(many=True)
    time_zone = serializers.CharField(allow_blank=True)
    effective_time_zone = serializers.CharField()
    working_days = serializers.ListField(child=serializers.ChoiceField(Weekday.choices))
    works_from = serializers.IntegerField()
    works_until = serializers.IntegerField()
    digest_off = serializers.BooleanField()
    digest_hour = serializers.IntegerField()
    undeliverable_since = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: MessagePreferences) -> dict[str, Any]:
        return {
            "channels": [_channel(event, row) for event in events.of(row.person)],
            "time_zone": row.time_zone,
            "effective_time_zone": selectors.zone(row).key,
            "working_days": row.working_days,
            "works_from": row.works_from,
            "works_until": row.works_until,
            "digest_off": row.digest_off,
            "digest_hour": row.digest_hour,
            "undeliverable_since": selectors.undeliverable_since(row.person),
        }


class PreferencesInput(Input):
    """What is not given stays. `channels` maps events to channels."""

    channels = ObjectInput("the channels", required=False)
    time_zone = TextInput("a time zone", required=False, max_length=64)
    working_days = TextsInput("the working days", required=False)
    works_from = NumberInput("an hour", required=False)
    works_until = NumberInput("an hour", required=False)
    digest_off = FlagInput("whether the digest is off", required=False)
    digest_hour = NumberInput("an hour", required=False)


def _channel(event: events.Event, row: MessagePreferences) -> dict[str, Any]:
    return {
        "event": event.key,
        "title": event.title,
        "kind": event.kind,
        "channel": row.channels.get(event.key, event.channel),
        "default": event.channel,
    }
