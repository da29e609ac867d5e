"""What holds for every mail: both forms say the same, with one thing to do, readable in the dark, and without a secret.

The templates are rendered with made-up facts whose words are their own names, so that a new template is looked at by existing.
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Context, Engine, engines

from portal.env import BASE_DIR
from portal.outbox import services

ROOT = BASE_DIR / "templates/email"
MAILS = sorted(file.stem for file in ROOT.glob("*.txt") if file.stem != "footer")
WITHOUT_ACTION = {"unknown_account"}
"""Whoever gets it has no account: there is nothing that they could do here."""
COLOURS = {"#3346c8", "#ffffff", "#fff", "#5c6474", "#e2e5eb"}
"""Those that the base template makes readable in the dark, or that are readable there as they are."""
_MOMENT = datetime(2026, 11, 26, 17, tzinfo=UTC)
_MOMENTS = re.compile(r"(^|_)(at|since|until|deadline)$|\.(start|end)$")


class Fact:
    """Something that a template can ask for: its words are its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"«{self._name}»"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return fact(f"{self._name}.{name}")

    def __iter__(self) -> Any:
        return iter([fact(f"{self._name}.first"), fact(f"{self._name}.second")])


def fact(name: str) -> Any:
    return _MOMENT if _MOMENTS.search(name) else Fact(name)


class Facts(dict[str, Any]):
    """Knows everything that it is asked for."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return fact(name)


def rendered(name: str) -> str:
    engine: Engine = engines["django"].engine
    context = Context()
    context.dicts.insert(0, Facts())
    return engine.get_template(f"email/{name}").render(context)


def facts_in(words: str) -> set[str]:
    return set(re.findall(r"«([\w.]+)»", words)) | set(re.findall(r"26 Nov\w* 2026", words))


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("mail", MAILS)
def test_both_forms_say_the_same(mail: str) -> None:
    text = facts_in(rendered(f"{mail}.txt")) | facts_in(rendered("footer.txt"))
    html = facts_in(rendered(f"{mail}.html"))

    assert html - {"subject"} == text - {"subject"}


@pytest.mark.parametrize("mail", MAILS)
def test_there_is_one_thing_to_do(mail: str) -> None:
    expected = mail not in WITHOUT_ACTION
    html = rendered(f"{mail}.html")

    primary = re.findall(r'<a [^>]*style="background:#3346c8[^>]*>', html)

    assert len(primary) == expected
    assert all('href="«link»"' in link for link in primary)
    assert rendered(f"{mail}.txt").count("«link»") == expected


@pytest.mark.parametrize("mail", MAILS)
def test_mail_is_in_the_providers_name_and_says_where_it_comes_from(mail: str) -> None:
    for words in (rendered(f"{mail}.html"), rendered(f"{mail}.txt") + rendered("footer.txt")):
        assert "Sent by «provider», from «portal_url»" in words


@pytest.mark.parametrize("mail", MAILS)
def test_mail_is_readable_in_the_dark(mail: str) -> None:
    html = source(f"{mail}.html")

    assert html.startswith('{% extends "email/base.html" %}')
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b(?=[;\"])", html)) <= COLOURS


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_mail_asks_for_nothing_secret(mail: str, form: str) -> None:
    asked = re.findall(r"\{\{\s*([\w.]+)", source(f"{mail}.{form}"))

    assert [name for name in asked if re.search(r"password|secret|token|credential|key", name)] == []


def test_long_subject_is_cut_where_nobody_reads_on() -> None:
    assert services.one_line("two\r\nlines") == "two lines"
    assert services.one_line("x" * 120) == "x" * 120
    assert services.one_line("word " * 40) == ("word " * 40)[:119].rstrip() + "…"
