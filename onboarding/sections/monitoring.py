"""Who is told when something is wrong, and what was agreed (rows S18, S21-S25)."""

from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import ListOf, LongText, Text, When
from onboarding.sections.sealed import Secret
from onboarding.sections.suggest import Known, Suggest, usual
from onboarding.validators import email_address, http_proxy, one_line, phone_number

_BEHIND_PROXY = When("internet_reachable", (False,))


def first_contact(known: Known) -> list[str] | None:
    return [known.people[0].email] if known.people else None


def target_of_pattern(known: Known) -> str | None:
    """The highest that the patterns reach by rule (`across/products.py`) without extra zones."""
    patterns = [row.get("pattern") for row in known.intake.get("products", {}).get("products", [])]
    return ("99.5" if "single" in patterns else "99.9") if patterns else None


SECTION = SectionDefinition(
    key="monitoring",
    title="Monitoring and alerts",
    lead="Who is told when something is wrong, and how alerts leave your environment.",
    minutes=5,
    gather="Addresses and phones that someone answers, and your HTTP proxy if there is no way to the Internet",
    slice="monitoring",
    facts=(
        "The provider watches the product runtimes. You watch the services that you run on them.",
        "Non-production environments are not monitored.",
        "Dashboards show disk, CPU, memory, JVM heap and application health.",
    ),
    questions=(
        ListOf(
            key="alert_emails",
            label="E-mail addresses for alerts",
            item="e-mail address",
            missing="Enter at least one e-mail address for alerts",
            suggest=Suggest(first_contact, "your first contact here"),
            rule=email_address,
            hint="Better a team's mailbox than one person's",
            placeholder="operations@acme.example",
            why="An alert that nobody reads is none.",
            where="Your operations team's on-call list",
            who="Your operations team",
        ),
        ListOf(
            key="alert_phones",
            label="Phones for urgent alerts",
            item="phone number",
            required=False,
            rule=phone_number,
            placeholder="+44 20 7946 0958",
            why="What is urgent at night does not wait for the mail to be read.",
            where="Your operations team's on-call list",
            who="Your operations team",
        ),
        Boolean(
            key="dashboard_access",
            label="Your people read the dashboards",
            missing="Select whether your people read the dashboards",
            suggest=usual(True, "it costs nothing"),
            yes="The people you name under “Users and access” get read-only access.",
            no="You can ask for it at any time.",
            why="Accounts for the dashboards are made before the hand-over.",
            who="Your operations team",
        ),
        Boolean(
            key="internet_reachable",
            label="The environments reach the Internet",
            missing="Select whether the environments reach the Internet",
            suggest=usual(True, "most do"),
            yes="Alerts go out directly.",
            no="Alerts go out through your HTTP proxy.",
            why="Without a way out, alerts need a proxy of yours.",
            who="Your network team",
        ),
        Text(
            key="http_proxy",
            label="HTTP proxy",
            shown_when=_BEHIND_PROXY,
            missing="Enter the address of your HTTP proxy",
            rule=http_proxy,
            longest=300,
            placeholder="http://proxy.acme.example:3128",
            why="Alerts leave your network through it.",
            where="In the proxy settings of any server in your data centre",
            command="echo $https_proxy",
            who="Your network team",
        ),
        Text(
            key="proxy_username",
            label="User name for the proxy",
            shown_when=_BEHIND_PROXY,
            required=False,
            rule=one_line,
            why="Some proxies let only known users through.",
            where="Your proxy's list of users, or the proxy settings of another server",
            who="Your network team",
        ),
        Secret(
            key="proxy_password",
            label="Password for the proxy",
            shown_when=_BEHIND_PROXY,
            required=False,
            hint="It is sealed when you save and never shown again",
            why="Some proxies let only known users through.",
            where="Your password safe, or your proxy's administration, which sets a new one",
            who="Your network team",
        ),
        Choice(
            key="availability_target",
            label="Availability target of production",
            suggest=Suggest(target_of_pattern, "what your deployment pattern reaches; your contract says what holds"),
            options=(
                Option("99.5", "99.5 %", "At most 3 h 39 min a month. Fits a single node."),
                Option("99.9", "99.9 %", "At most 43 min a month. Needs high availability."),
                Option("99.95", "99.95 %", "At most 21 min a month. Needs high availability in two zones."),
            ),
            why="The measured uptime is shown beside it.",
            who="Your contract",
            where="The service level in your contract",
        ),
        LongText(
            key="agreed_terms",
            label="Agreed terms of joint monitoring",
            required=False,
            hint="Extra agents on hosts, dashboards shown to other networks, further addresses: what both sides agreed",
            why="What both sides agreed is on record where operators look first.",
            who="Your operations team, together with your account manager",
        ),
    ),
)
