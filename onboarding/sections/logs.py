"""Whether logs go to the customer's own tools as well (rows S45-S47)."""

from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import Number, Text, When
from onboarding.sections.suggest import usual
from onboarding.validators import host, tcp_port

_FORWARD = When("forward", (True,))

SECTION = SectionDefinition(
    key="logs",
    title="Logs",
    lead="Whether your own log tools get a copy of the logs.",
    minutes=2,
    gather="Address, port and protocol of your log collector, if you have one",
    slice="logs",
    facts=(
        "Audit, application and system logs are collected through CloudWatch into a private S3 bucket.",
        "They stay 30 days and move to S3 Glacier storage then.",
    ),
    questions=(
        Boolean(
            key="forward",
            label="Forward logs to your own tools",
            missing="Select whether logs are forwarded",
            suggest=usual(False, "they are forwarded on request only"),
            yes="A copy of every log line goes to your collector.",
            no="Logs are kept in the private bucket only.",
            why="Your security team may want all logs in one place.",
            who="Your security or operations team",
        ),
        Text(
            key="host",
            label="Log collector",
            shown_when=_FORWARD,
            missing="Enter the name or address of your log collector",
            rule=host,
            longest=253,
            placeholder="logs.acme.example",
            where="The settings of a server that sends logs already, such as /etc/rsyslog.d",
            command="grep -rh target= /etc/rsyslog.conf /etc/rsyslog.d",
            who="Your security or operations team",
            why="Every host sends its log lines there.",
        ),
        Number(
            key="port",
            label="Port",
            shown_when=_FORWARD,
            missing="Enter the port of your log collector, such as 6514",
            example="6514",
            rule=tcp_port,
            least=1,
            most=65535,
            why="Your firewall and ours let this port through.",
            where="Your log collector's list of inputs",
            command="openssl s_client -connect logs.acme.example:6514",
            who="Your security or operations team",
        ),
        Choice(
            key="protocol",
            label="Protocol",
            shown_when=_FORWARD,
            options=(
                Option("syslog_tls", "Syslog over TLS", "Encrypted, usually port 6514."),
                Option("https", "HTTPS", "For collectors with a web intake, usually port 443."),
            ),
            why="Logs hold names and addresses: they leave encrypted.",
            where="Your log collector's list of inputs",
            who="Your security or operations team",
        ),
    ),
)
