"""One person with all facts at hand who walks from the log-in to the submitted intake, counting what it costs them.

Nothing is taken from the portal's code that a person does not see: they read the page that is served, go where its primary
button leads, leave what stands there rightly, enter what does not, and look at every answer before they submit.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from onboarding.sections import definition
from onboarding.sections.questions import Question

Answers = dict[str, dict[str, Any]]


@dataclass
class Count:
    """What the walk cost. `questions`: answers that the person had to enter or select, one for every entry of a list.
    `pages`: pages that were opened. `clicks`: links and buttons, also those that add a row."""

    questions: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    clicks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.questions)} questions, {len(self.pages)} pages, {len(self.clicks)} clicks"


class Form(HTMLParser):
    """What a page holds: the values of the intake's form, the fields that say they may be left open, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.primary = ""
        self.hidden: dict[str, list[str]] = {}
        self._select = ""
        self._below_template = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._below_template += 1
        if self._below_template:
            return
        if tag == "a" and "button--primary" in given.get("class", ""):
            self.primary = given["href"]
        if tag == "select":
            self._select = given.get("name", "")
            self.values[self._select] = []
        if tag == "option" and "selected" in given and self._select:
            self.values[self._select].append(given["value"])
        if tag == "input" and given.get("name"):
            self._input(given)

    def _input(self, given: Mapping[str, str]) -> None:
        if given.get("type") == "hidden":
            self.hidden.setdefault(given["name"], []).append(given.get("value", ""))
            return
        values = self.values.setdefault(given["name"], [])
        if given.get("type") not in ("radio", "checkbox") or "checked" in given:
            values.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._below_template -= tag == "template"
        self._select = "" if tag == "select" else self._select


class Walk:
    """The person at the portal. `answers` are the facts; they are entered only where a page does not show them already."""

    def __init__(self, email: str, password: str, answers: Answers) -> None:
        self.count, self.client = Count(), Client()
        self.email, self.password, self.answers = email, password, answers
        self.address, self.html = "", ""

    def to_the_end(self) -> Count:
        self._open("/account/login/", "the log-in")
        self._send("/account/login/", {"login": self.email, "password": self.password}, "Log in")
        while found := re.search(r"/onboardings/\w+/(sections/\w+|check)/$", self._next()):
            if found[1] == "check":
                self._submit()
                break
            self._section(found[1].removeprefix("sections/"))
        return self.count

    def _next(self) -> str:
        """Return the address of the page that is open, following the primary link of one that only leads on."""
        if not re.search(r"/(sections/\w+|check)/$", self.address):
            self._open(Form(self.html).primary, "the primary button")
            self.count.clicks.append(f"to {self.address}")
        return self.address

    def _section(self, key: str) -> None:
        wanted = dict(_entries(definition(key).questions, definition(key).visible(self.answers[key]), ""))
        while group := self._too_few(wanted):
            self._act(key, wanted, f"add:{group}", f"Add another: {group}")
            self._open(self.address.partition("#")[0], "", counted=False)
        self._act(key, wanted, "continue", "Save and continue")

    def _too_few(self, wanted: Mapping[str, list[str]]) -> str:
        """Return the list or group that needs another line on the page that is open."""
        shown = Form(self.html).values
        for name, values in wanted.items():
            group = name.rsplit("-", 2)[0]
            if group != name and name not in shown:
                return group
            if len(shown.get(name, values)) < len(values) and f'value="add:{name}"' in self.html:
                return name
        return ""

    def _act(self, key: str, wanted: Mapping[str, list[str]], act: str, label: str) -> None:
        form = Form(self.html)
        for name, values in wanted.items():
            if name not in form.values or form.values[name] == values or self._may_stay_open(name, form):
                continue
            entered = [value for value in values if value not in form.values[name]] or [f"{name} emptied"]
            self.count.questions += [f"{key}: {name} = {value}" for value in entered]
            form.values[name] = values
        self._send(self.address, {**form.hidden, **form.values, "act": act}, label)

    def _may_stay_open(self, name: str, form: Form) -> bool:
        """True where the page says that a question may be left open, and what it is then."""
        return not any(form.values[name]) and f'data-left-open="{name}"' in self.html

    def _wrong(self) -> str:
        """Return the first section of the check page that shows another answer than the facts, by the address to change it."""
        for key, answers in self.answers.items():
            (card,) = re.findall(rf'id="section-{key}">(.*?)</section>', self.html, re.DOTALL)
            shown = [_read(value) for value in re.findall(r"<dd[^>]*>(.*?)</dd>", card, re.DOTALL)]
            if shown != [entry.value for entry in definition(key).entries(answers)]:
                (address,) = re.findall(r'<a href="([^"#]+)">Change<', card)
                return address
        return ""

    def _submit(self) -> None:
        for _ in self.answers:
            if address := self._wrong():
                self.count.clicks.append(f"change {address}")
                self._open(address, "Change")
                self._section(address.rstrip("/").rpartition("/")[2])
        assert not self._wrong()
        found = re.search(r'<form method="post" class="submit-bar">.*?</form>', self.html, re.DOTALL)
        assert found, "the check page has no way to submit"
        self._send(self.address, Form(found[0]).hidden, "Submit")

    def _open(self, address: str, why: str, *, counted: bool = True) -> None:
        response = self.client.get(address, follow=True)
        assert response.status_code == 200, (address, response.status_code)
        self._shown(response, response.redirect_chain[-1][0] if response.redirect_chain else address, counted)

    def _send(self, address: str, data: Mapping[str, Any], label: str) -> None:
        response = self.client.post(address, data, follow=True)
        self.count.clicks.append(f"{label} at {address}")
        problems = re.findall(r'error-summary__list">(.*?)</ul>', response.content.decode(), re.DOTALL)
        assert response.status_code == 200, (address, response.status_code, problems)
        self._shown(response, response.redirect_chain[-1][0] if response.redirect_chain else address, True)

    def _shown(self, response: Any, address: str, counted: bool) -> None:
        self.address, self.html = address, response.content.decode()
        if counted:
            self.count.pages.append(address)


def _read(value: str) -> str:
    """Return an answer as it is read, without what is said about it."""
    answer = re.split('<span class="entries__suggested">|<span class="visually-hidden">|<div class="checks">', value)[0]
    return unescape(re.sub(r"<[^>]+>", "", answer)).strip()


def _entries(
    questions: tuple[Question, ...], answers: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each input and the values that belong there."""
    for question in questions:
        value = answers.get(question.key)
        name = prefix + question.key
        if question.kind == "rows":
            for index, row in enumerate(value or []):
                yield from _entries(question.questions, row, f"{name}-{index}-")  # type: ignore[attr-defined]
        elif isinstance(value, bool):
            yield name, ["true" if value else "false"]
        elif value is not None:
            yield name, [str(one) for one in value] if isinstance(value, list) else [str(value)]
