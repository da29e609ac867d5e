"""What a body may hold: declared keys only, each of its own JSON type. Nothing is coerced: "5" is no number."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from portal.core.errors import FieldProblem, Invalid


class Input(serializers.Serializer):
    """A JSON object with these keys and no others."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise Invalid([FieldProblem("", "Send a JSON object", "wrong_type")])
        unknown = [key for key in data if key not in self.fields]
        if unknown:
            raise Invalid([self._unknown(key) for key in unknown], "There is a problem with what was sent.")
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    def _unknown(self, key: str) -> FieldProblem:
        shown = key[:40].encode("ascii", "replace").decode()
        keys = ", ".join(self.fields) or "no keys at all"
        return FieldProblem(shown, f"There is no key “{shown}” here. Use: {keys}.", "unknown_field")


class NoInput(Input):
    """An act that needs no words: an empty body, or an empty object."""


class _Worded:
    """Gives a field the portal's words for a value that is missing or null."""

    def __init__(self, what: str, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": f"Enter {what}", "null": f"Enter {what}"})
        super().__init__(**kwargs)


class TextInput(_Worded, serializers.CharField):
    """Text; whether it may be empty is for the service to say. `what` completes the sentence "Enter ..."."""

    def __init__(self, what: str, **kwargs: Any) -> None:
        super().__init__(what, allow_blank=True, trim_whitespace=False, **({"max_length": 2000} | kwargs))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not _is_storable(data):
            raise serializers.ValidationError("This must be text", code="wrong_type")
        return super().run_validation(data)


class NumberInput(_Worded, serializers.IntegerField):
    """A whole number. The smallest and largest value are for the service to judge, within 64 bits."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int) or abs(data) >= 2**53:
            raise serializers.ValidationError("This must be a whole number", code="wrong_type")
        return data


class FlagInput(_Worded, serializers.BooleanField):
    """Yes or no: true or false, never a word or a number for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("This must be true or false", code="wrong_type")
        return data


class DayInput(_Worded, serializers.DateField):
    """A day, as `2026-11-24`."""

    def to_internal_value(self, value: Any) -> date:
        try:
            return date.fromisoformat(value) if len(value) == 10 else self._refuse()
        except (TypeError, ValueError):
            return self._refuse()

    def _refuse(self) -> date:
        raise serializers.ValidationError("This must be a day, such as 2026-11-24", code="wrong_type")


class MomentInput(_Worded, serializers.DateTimeField):
    """A moment with its offset, as `2026-11-24T10:30:00Z`."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise serializers.ValidationError(
                "This must be a moment with its offset, such as 2026-11-24T10:30:00Z", code="wrong_type"
            )
        return moment


class TextsInput(_Worded, serializers.ListField):
    """A list of texts."""

    child = TextInput("a text")

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list):
            raise serializers.ValidationError("This must be a list of texts", code="wrong_type")
        values: list[str] = super().to_internal_value(data)
        return values


class ObjectInput(_Worded, serializers.JSONField):
    """A JSON object whose own rules its service knows."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("This must be an object", code="wrong_type")
        return data


def _is_storable(data: Any) -> bool:
    """False for what is no text, and for what no database keeps: NUL and lone surrogates."""
    return isinstance(data, str) and "\x00" not in data and not any("\ud800" <= letter <= "\udfff" for letter in data)
