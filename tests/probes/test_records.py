import pytest

from portal.probes.outcome import Outcome, Verdict
from portal.probes.records import has_records
from tests.probes.fences import Names, fence

TOKEN = ("CNAME", "t1._domainkey.acme.example", "t1.dkim.amazonses.com")
BOUNCE = ("MX", "bounce.acme.example", "10 feedback-smtp.eu-west-1.amazonses.com")
SPF = ("TXT", "bounce.acme.example", "v=spf1 include:amazonses.com ~all")
PUBLISHED = {
    (TOKEN[1], "CNAME"): ("t1.dkim.amazonses.com",),
    (BOUNCE[1], "MX"): ("10 feedback-smtp.eu-west-1.amazonses.com",),
    (SPF[1], "TXT"): ("another", "v=spf1 include:amazonses.com ~all"),
}


def looked(*records: tuple[str, str, str], rows: dict[tuple[str, str], tuple[str, ...]]) -> Outcome:
    return has_records(records, fence=fence(resolver=Names(rows)))


def test_published_records_are_found() -> None:
    outcome = looked(TOKEN, BOUNCE, SPF, rows=PUBLISHED)

    assert outcome.verdict == Verdict.OK
    assert outcome.facts["found"] == [TOKEN[1], BOUNCE[1], SPF[1]]
    assert outcome.facts["missing"] == []


def test_case_and_final_dots_of_names_do_not_matter() -> None:
    assert looked(("CNAME", TOKEN[1], "T1.dkim.AmazonSES.com."), rows=PUBLISHED).verdict == Verdict.OK


def test_a_missing_record_is_counted_and_named() -> None:
    rows = {key: value for key, value in PUBLISHED.items() if key[1] != "CNAME"}

    outcome = looked(TOKEN, BOUNCE, SPF, rows=rows)

    assert outcome.verdict == Verdict.FAILED
    assert outcome.message == "2 of 3 records are published. t1._domainkey.acme.example is not published."
    assert outcome.facts["missing"] == [TOKEN[1]]


@pytest.mark.parametrize(
    "doubled",
    ["t1._domainkey.acme.example.acme.example"],
)
def test_a_domain_that_was_appended_to_a_name_is_found(doubled: str) -> None:
    outcome = looked(TOKEN, rows={(doubled, "CNAME"): ("t1.dkim.amazonses.com",)})

    assert outcome.verdict == Verdict.FAILED
    assert f"stands at {doubled}: the domain was appended once more to its name" in outcome.message
    assert "enter the part before it only" in outcome.remedy
    assert outcome.facts["doubled"] == [doubled]


def test_the_domain_that_was_appended_may_be_the_one_above() -> None:
    rows = {("bounce.mail.acme.example.acme.example", "TXT"): ("v=spf1",)}

    outcome = looked(("TXT", "bounce.mail.acme.example", "v=spf1"), rows=rows)

    assert outcome.facts["doubled"] == ["bounce.mail.acme.example.acme.example"]


def test_something_else_at_the_doubled_name_is_not_taken_for_the_record() -> None:
    outcome = looked(TOKEN, rows={("t1._domainkey.acme.example.acme.example", "CNAME"): ("other.example",)})

    assert (outcome.facts["doubled"], "is not published" in outcome.message) == ([], True)


def test_a_domain_that_was_appended_to_a_value_is_told() -> None:
    outcome = looked(TOKEN, rows={(TOKEN[1], "CNAME"): ("t1.dkim.amazonses.com.acme.example",)})

    assert "the domain was appended to its value" in outcome.message
    assert "end with a dot" in outcome.remedy


def test_another_value_is_shown_on_one_line_of_printable_text() -> None:
    outcome = looked(SPF, rows={(SPF[1], "TXT"): ("v=spf1\r\n\x1b[31m\u202e" + "x" * 500,)})

    assert "bounce.acme.example is v=spf1??" in outcome.message
    assert all(" " <= letter <= "~" for letter in outcome.message + str(outcome.facts["seen"]))
    assert len(outcome.message) < 500


def test_a_type_that_is_not_known_is_refused() -> None:
    outcome = looked(("ANY", "acme.example", "x"), rows={})

    assert (outcome.verdict, "type ANY" in outcome.message) == (Verdict.FAILED, True)
