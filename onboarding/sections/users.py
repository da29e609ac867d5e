"""Who at the customer may do what in the products (row S37)."""

from collections.abc import Iterable
from typing import Any

from onboarding.sections.choices import Choice, Option
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.questions import Text
from onboarding.sections.suggest import Known, Suggest
from onboarding.validators import email_address, one_line
from portal.core.errors import FieldProblem


def addresses_differ(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: row S37; a person has one kind of access."""
    seen: set[str] = set()
    for index, row in enumerate(answers.get("people", [])):
        address = row.get("email", "").casefold()
        if address and address in seen:
            message = f"{row['email']} is given twice. Give each person one row, with the widest access."
            yield FieldProblem(f"people/{index}/email", message, "duplicate")
        seen.add(address)


def someone_administers(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: row S49."""
    people = answers.get("people", [])
    if people and all(person.get("access", "administrator") != "administrator" for person in people):
        message = "One person must be administrator: they get the consoles' credentials at the hand-over."
        yield FieldProblem("people", message, "no_administrator")


def people_in_the_portal(known: Known) -> list[dict[str, str]] | None:
    """One administrator, who is one here too where there is one; everybody else reads. Wider access is never suggested."""
    people = [contact for contact in known.people if contact.name]
    first = next((contact for contact in people if contact.administers), people[0] if people else None)
    return [
        {
            "name": contact.name,
            "email": contact.email,
            "access": "administrator" if contact is first else "dashboards",
        }
        for contact in people
    ] or None


SECTION = SectionDefinition(
    key="users",
    title="Users and access",
    lead="Which of your people may do what in the products once they are handed over.",
    minutes=3,
    gather="Names and e-mail addresses of the people who will use the consoles",
    slice="users",
    facts=("Administrator accounts for the consoles are created before the hand-over.",),
    rules=(addresses_differ, someone_administers),
    questions=(
        Rows(
            key="people",
            label="People",
            item="person",
            names="email",
            missing="Add at least one person",
            suggest=Suggest(people_in_the_portal, "one of your people in the portal"),
            most=50,
            why="Nobody gets into a console whom you did not name.",
            who="Your application owner",
            questions=(
                Text(
                    key="name",
                    label="Name",
                    rule=one_line,
                    longest=120,
                    autocomplete="name",
                    why="The audit record and the consoles show it.",
                    where="Your staff directory",
                    who="Your application owner",
                ),
                Text(
                    key="email",
                    label="E-mail address",
                    rule=email_address,
                    longest=254,
                    input_type="email",
                    why="The invitation goes there, and it tells two people of one name apart.",
                    where="Your staff directory",
                    who="Your application owner",
                ),
                Choice(
                    key="access",
                    label="Access",
                    options=(
                        Option("administrator", "Administrator", "Consoles of the products, with all rights."),
                        Option("developer", "Developer", "Deploys and tests artifacts in non-production."),
                        Option("dashboards", "Dashboards", "Reads dashboards and logs, changes nothing."),
                    ),
                    why="Everybody gets what their work needs and nothing more.",
                    who="Your application owner",
                ),
            ),
        ),
    ),
)
