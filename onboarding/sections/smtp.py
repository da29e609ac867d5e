"""Which mail server alerts and the products' mail go through (rows S8, S9, S23)."""

from collections.abc import Iterable
from typing import Any

from environments.catalogue.limits import DIALLED_PORTS
from onboarding.sections.choices import Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import Number, Text, When
from onboarding.sections.sealed import Secret
from onboarding.sections.suggest import Known, Suggest, usual
from onboarding.validators import email_address, host, one_line, public_domain, smtp_port
from portal.core.errors import FieldProblem

_OWN = When("choice", ("own",))
_TLS_PORTS, _STARTTLS_PORTS = DIALLED_PORTS["tls"], DIALLED_PORTS["starttls"]


def port_fits_encryption(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: SES developer guide, "Connecting to the SMTP endpoint"; RFC 8314."""
    port, encryption = answers.get("port"), answers.get("encryption")
    if port in _TLS_PORTS and encryption == "starttls":
        yield FieldProblem(
            "encryption", f"Port {port} speaks TLS from the start. Select TLS, or use port 587.", "mismatch"
        )
    if port in _STARTTLS_PORTS and encryption == "tls":
        yield FieldProblem(
            "encryption", f"Port {port} starts with STARTTLS. Select STARTTLS, or use port 465.", "mismatch"
        )


def sender_is_in_domain(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """SES sends only for verified domains and below them. Source: SES developer guide, "Verified identities"."""
    domain, sender = answers.get("sender_domain"), answers.get("sender", "")
    own = sender.rpartition("@")[2]
    if domain and own and own != domain and not own.endswith(f".{domain}"):
        message = f"{sender} is not in {domain}. Use an address there, or change the domain."
        yield FieldProblem("sender", message, "outside_domain")


def encryption_of_port(known: Known) -> str | None:
    """Source: RFC 8314."""
    port = known.group.get("port")
    return "tls" if port in _TLS_PORTS else "starttls" if port in _STARTTLS_PORTS else None


def alerts_address(known: Known) -> str | None:
    domain = known.group.get("sender_domain") if known.group.get("choice") == "ses" else known.mail_domain
    return f"alerts@{domain}" if domain else None


SECTION = SectionDefinition(
    key="smtp",
    title="SMTP",
    lead="Which server sends alerts and the mail of your products.",
    minutes=5,
    gather="A domain whose DNS you manage, or your mail server's name, port, user name and password",
    slice="smtp",
    rules=(port_fits_encryption, sender_is_in_domain),
    questions=(
        Choice(
            key="choice",
            label="Mail service",
            missing="Select the mail service",
            suggest=usual("ses", "the usual one, with no server of yours"),
            options=(
                Option(
                    "ses",
                    "Amazon SES",
                    "You enter three DNS records, so that your domain is verified and signed (DKIM).",
                ),
                Option(
                    "own",
                    "Our own mail server",
                    "You give its address and a log-in. It must be reachable from the VPCs.",
                ),
            ),
            why="Alerts are sent by mail, through a server that asks for a log-in.",
            who="Your mail administrator",
        ),
        Text(
            key="sender_domain",
            label="Domain to send from",
            shown_when=When("choice", ("ses",)),
            missing="Enter the domain to send from",
            suggest=Suggest(lambda known: known.mail_domain or None, "the domain of your people's mail"),
            rule=public_domain,
            longest=253,
            hint="You must be able to enter records in its public DNS",
            placeholder="acme.example",
            why="SES sends only for a domain whose DNS shows that it is yours.",
            command="dig +short NS acme.example",
            who="Your DNS administrator",
        ),
        Text(
            key="host",
            label="Server",
            shown_when=_OWN,
            missing="Enter the name or address of your mail server",
            rule=host,
            longest=253,
            placeholder="mail.acme.example",
            who="Your mail administrator",
            why="Alerts and the products hand their mail to this server.",
            where="In the settings of any mail program: outgoing server",
        ),
        Number(
            key="port",
            label="Port",
            shown_when=_OWN,
            missing="Enter the port, such as 587",
            example="587",
            rule=smtp_port,
            least=1,
            most=65535,
            hint="587 with STARTTLS or 465 with TLS",
            why="Port 25 is throttled by AWS; submission ports ask for a log-in.",
            command="openssl s_client -starttls smtp -connect mail.acme.example:587",
            who="Your mail administrator",
        ),
        Choice(
            key="encryption",
            label="Encryption",
            shown_when=_OWN,
            options=(
                Option("starttls", "STARTTLS", "The usual one, on port 587."),
                Option(
                    "tls",
                    "TLS",
                    "Encrypted from the start, on port 465. Your products themselves send by STARTTLS only.",
                ),
            ),
            suggest=Suggest(encryption_of_port, "what the port speaks", later=True),
            why="A password is never sent unencrypted.",
            where="In the settings of any mail program: outgoing server",
            who="Your mail administrator",
        ),
        Text(
            key="username",
            label="User name",
            shown_when=_OWN,
            missing="Enter the user name for the mail server",
            rule=one_line,
            hint="An account that is used for this only",
            why="The server sends only for whom it knows.",
            where="Your mail server's list of accounts; a program's account is often a service account",
            who="Your mail administrator",
        ),
        Secret(
            key="password",
            label="Password",
            shown_when=_OWN,
            missing="Enter the password for the mail server",
            hint="It is sealed when you save and never shown again",
            why="The server sends only for whom it knows.",
            where="Your password safe, or your mail server's administration, which sets a new one",
            who="Your mail administrator",
        ),
        Text(
            key="sender",
            label="Sender address",
            missing="Enter the sender address",
            suggest=Suggest(alerts_address, "alerts, in that domain"),
            rule=email_address,
            longest=254,
            input_type="email",
            placeholder="alerts@acme.example",
            hint="Alerts and product mail come from this address",
            why="Receivers see it, and their filters must let it through.",
            where="Your mail server's list of addresses that this user name may send from",
            who="Your mail administrator",
        ),
    ),
)
