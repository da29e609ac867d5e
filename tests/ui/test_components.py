"""The components as tags."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import TemplateSyntaxError, engines

from portal.core import clock
from portal.core.errors import FieldProblem
from portal.ui import markup, times

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    "source",
    [
        '{% badge "Draft" colour="red" %}',
        '{% card "Title" tone="warm" %}{% endcard %}',
        '{% page_header "Title" subtitle="x" %}{% endpage_header %}',
        '{% message "you" heading="x" %}{% endmessage %}',
        '{% empty "Title" image="x" %}{% endempty %}',
        '{% copy "x" name="y" %}',
        '{% ring 1 2 "x" size=3 %}',
    ],
)
def test_component_refuses_an_attribute_it_does_not_know(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source)


def test_badge_shows_shape_and_word() -> None:
    html = render("{% status 'changes_requested' %}")

    assert 'data-hue="you"' in html
    assert "<svg" in html
    assert "Changes requested" in html


def test_values_are_escaped_everywhere() -> None:
    bad = "<script>alert(1)</script>"
    html = render(
        "{% badge bad %}{% copy bad label=bad %}{% card bad %}{{ bad }}{% endcard %}{% status bad %}"
        "{% page_header bad lead=bad %}{{ bad }}{% endpage_header %}{% message title=bad %}{{ bad }}{% endmessage %}"
        "{% empty bad %}{{ bad }}{% endempty %}{% ring 1 2 bad %}{% progress 1 2 bad %}{% sparkline values bad %}"
        "{% topology data %}{% gantt bars %}",
        bad=bad,
        values=[1, 2],
        data={
            "nodes": [{"id": "a", "label": bad, "detail": bad, "lane": "gateway"}],
            "edges": [{"from": "a", "to": "a", "label": bad, "status": "planned"}],
        },
        bars=[{"label": bad, "start": None, "end": None, "state": "pending", "note": bad}],
    )

    assert "<script" not in html


def test_icon_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(markup.UnknownIcon):
        markup.icon("../../settings")


def test_page_header_holds_the_heading_and_its_buttons() -> None:
    html = render(
        '{% page_header "Plan" back_url="/x/" back_label="Environment" %}<button>Go</button>{% endpage_header %}'
    )

    assert ">Plan</h1>" in html
    assert 'href="/x/"' in html
    assert "<button>Go</button>" in html


def test_error_summary_links_to_the_fields() -> None:
    html = render("{% error_summary problems %}", problems=[FieldProblem("environments/0/vpc_id", "Enter the VPC ID")])

    assert "There is a problem" in html
    assert '<a href="#field-environments-0-vpc_id">Enter the VPC ID</a>' in html
    assert render("{% error_summary problems %}", problems=[]) == ""


class ExampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the contract")
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])


def test_field_ties_label_hint_and_error_together() -> None:
    form = ExampleForm({})
    html = render("{% form_field form.name %}", form=form)

    assert 'for="field-name"' in html
    assert 'id="field-name"' in html
    assert 'aria-describedby="field-name-hint field-name-error"' in html
    assert 'id="field-name-hint"' in html
    assert 'id="field-name-error"' in html
    assert "required" not in html.replace("This field is required", "")


def test_choices_are_a_group_with_a_legend() -> None:
    html = render("{% form_field form.kind %}", form=ExampleForm())

    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=2, minutes=40), "2 h ago"),
        (timedelta(days=1, hours=3), "1 day ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=40), "17 Oct 2026"),
        (-timedelta(seconds=5), "in a moment"),
        (-timedelta(hours=3), "in 3 h"),
    ],
)
def test_moment_relative_to_now(distance: timedelta, words: str) -> None:
    assert times.relative(NOON - distance, NOON) == words


def test_deadline_is_absolute_with_weekday_and_zone() -> None:
    assert ">Thu 26 Nov 2026, 12:00 UTC<" in render("{% deadline at %}", at=NOON)
    assert ">Thu 26 Nov 2026<" in render("{% deadline on %}", on=date(2026, 11, 26))
    assert "No date yet" in render("{% deadline none %}", none=None)


def test_moment_keeps_its_exact_time() -> None:
    html = render("{% when at %}", at=clock.now() - timedelta(minutes=5))

    assert ">5 min ago<" in html
    assert "UTC" in html


def test_stage_rail_marks_where_an_onboarding_stands() -> None:
    class Onboarding:
        stage = "review"
        stage_since = NOON

    html = render("{% stage_rail onboarding %}", onboarding=Onboarding())

    assert html.count('data-place="done"') == 1
    assert html.count('aria-current="step"') == 1
    assert "since 26 Nov" in html
