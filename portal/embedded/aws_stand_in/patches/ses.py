"""SES: a domain has three DKIM tokens of its own and is pending until its records are published; no identity is made twice."""

import hashlib
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.ses.models import EmailIdentity, SESBackend, ses_backends
from moto.sesv2 import urls
from moto.sesv2.responses import SESV2Response

_AS_V1 = {"USE_DEFAULT_VALUE": "UseDefaultValue", "REJECT_MESSAGE": "RejectMessage"}
_AS_V2 = {name: value for value, name in _AS_V1.items()}


def install() -> None:
    _show_tags()
    _refuse_a_second_identity()
    _let_domains_wait()
    _answer_version_1_alike()
    _show_mail_from()
    for path in (
        "identities/(?P<EmailIdentity>[^/]+)/mail-from$",
        "identities/(?P<EmailIdentity>[^/]+)/dkim$",
        "account$",
    ):
        urls.url_paths[f"{{0}}/v2/email/{path}"] = SESV2Response.dispatch
    SESV2Response.put_email_identity_mail_from_attributes = _put_mail_from
    SESV2Response.put_email_identity_dkim_attributes = _put_dkim
    SESV2Response.get_account = _account


def dns_is_published(name: str) -> None:
    """Say that the records of `name`, an identity or a MAIL FROM domain, can be looked up: they verify it."""
    for backend in _backends():
        identity = backend.email_identities.get(name)
        if identity is not None:
            identity.dkim_attributes["Status"] = identity.verification_status = "SUCCESS"
            identity.verified_for_sending_status = True
        for mail_from in backend.identity_mail_from_domains.values():
            if mail_from["mail_from_domain"] == name:
                mail_from["status"] = "SUCCESS"


def _backends() -> Iterator[Any]:
    for regions in list(dict.values(ses_backends)):
        yield from list(dict.values(regions))


def _refuse_a_second_identity() -> None:
    create = SESV2Response.create_email_identity

    def create_once(self: Any) -> Any:
        name = self._get_param("EmailIdentity")
        if name in self.sesv2_backend.core_backend.email_identities:
            raise JsonRESTError("AlreadyExistsException", f"Email identity {name} already exist.")
        return create(self)

    SESV2Response.create_email_identity = create_once


def _let_domains_wait() -> None:
    create = SESBackend.create_email_identity_v2

    def create_pending(self: Any, email_identity: str, *given: Any, **more: Any) -> Any:
        self.identity_mail_from_domains.pop(email_identity, None)  # moto leaves a deleted identity's
        identity = create(self, email_identity, *given, **more)
        if identity.identity_type == "DOMAIN":
            identity.verification_status = "PENDING"
            identity.dkim_attributes |= {
                "SigningEnabled": True,
                "Status": "PENDING",
                "Tokens": _tokens(self.account_id, self.region_name, email_identity),
            }
        return identity

    SESBackend.create_email_identity_v2 = create_pending


def _tokens(account_id: str, region: str, domain: str) -> list[str]:
    whole = f"{account_id} {region} {domain}"
    return [hashlib.sha256(f"{whole} {number}".encode()).hexdigest()[:32] for number in range(3)]


def _answer_version_1_alike() -> None:
    """Let version 1 of the API give the same tokens and states; moto's says that all is verified."""
    dkim = SESBackend.get_identity_dkim_attributes
    mail_from = SESBackend.get_identity_mail_from_domain_attributes
    verification = SESBackend.get_identity_verification_attributes

    def dkim_own(self: Any, identities: list[str]) -> Any:
        answer = dkim(self, identities)
        for name in set(answer) & set(self.email_identities):
            attributes = self.email_identities[name].dkim_attributes
            if "Tokens" in attributes:
                answer[name] |= {
                    "DkimTokens": attributes["Tokens"],
                    "DkimVerificationStatus": attributes["Status"].title(),
                }
        return answer

    def mail_from_own(self: Any, identities: list[str] | None = None) -> Any:
        answer = mail_from(self, identities)
        for name in set(answer) & set(self.identity_mail_from_domains):
            answer[name]["MailFromDomainStatus"] = _status(self.identity_mail_from_domains[name]).title()
        return answer

    def verification_own(self: Any, identities: list[str] | None = None) -> Any:
        answer = verification(self, identities)
        for name in answer:
            answer[name]["VerificationStatus"] = self.email_identities[name].verification_status.title()
        return answer

    SESBackend.get_identity_dkim_attributes = dkim_own
    SESBackend.get_identity_mail_from_domain_attributes = mail_from_own
    SESBackend.get_identity_verification_attributes = verification_own


def _status(mail_from: dict[str, Any]) -> str:
    return str(mail_from.get("status", "PENDING"))


def _show_mail_from() -> None:
    get = SESV2Response.get_email_identity

    def get_with_mail_from(self: Any) -> Any:
        name = self._get_param("EmailIdentity")
        get(self)  # refuses an unknown one
        core = self.sesv2_backend.core_backend
        identity: EmailIdentity = core.email_identities[name]
        shown = dict(identity.get_response_object)
        shown["Tags"] = core.tagger.list_tags_for_resource(_arn(self, name))["Tags"]
        mail_from = core.identity_mail_from_domains.get(name)
        if mail_from:
            shown["MailFromAttributes"] = {
                "MailFromDomain": mail_from["mail_from_domain"],
                "MailFromDomainStatus": _status(mail_from),
                "BehaviorOnMxFailure": _AS_V2[mail_from["behavior_on_mx_failure"]],
            }
        return ActionResult(shown)

    SESV2Response.get_email_identity = get_with_mail_from


def _show_tags() -> None:
    """moto keeps the tags of a create under another ARN than AWS's, and never shows later ones with the identity."""
    create, delete = SESV2Response.create_email_identity, SESV2Response.delete_email_identity

    def create_tagged(self: Any) -> Any:
        answer = create(self)
        arn = _arn(self, self._get_param("EmailIdentity"))
        self.sesv2_backend.core_backend.tagger.tag_resource(arn, self._get_param("Tags") or [])
        return answer

    def delete_tagged(self: Any) -> Any:
        answer = delete(self)
        self.sesv2_backend.core_backend.tagger.delete_all_tags_for_resource(
            _arn(self, self._get_param("EmailIdentity"))
        )
        return answer

    SESV2Response.create_email_identity = create_tagged
    SESV2Response.delete_email_identity = delete_tagged


def _arn(response: Any, name: str) -> str:
    return f"arn:aws:ses:{response.region}:{response.current_account}:identity/{name}"


def _put_mail_from(self: Any) -> Any:
    """Set the MAIL FROM domain, or take it away where none is given."""
    name, domain = self._get_param("EmailIdentity"), self._get_param("MailFromDomain")
    self.sesv2_backend.get_email_identity(name)
    core = self.sesv2_backend.core_backend
    if not domain:
        core.identity_mail_from_domains.pop(name, None)
        return EmptyResult()
    if not domain.endswith(f".{name}"):
        raise JsonRESTError("BadRequestException", f"{domain} is no subdomain of {name}.")
    known = core.identity_mail_from_domains.get(name, {})
    core.identity_mail_from_domains[name] = {
        "mail_from_domain": domain,
        "behavior_on_mx_failure": _AS_V1[self._get_param("BehaviorOnMxFailure") or "USE_DEFAULT_VALUE"],
        "status": _status(known) if known.get("mail_from_domain") == domain else "PENDING",
    }
    return EmptyResult()


def _put_dkim(self: Any) -> Any:
    identity = self.sesv2_backend.get_email_identity(self._get_param("EmailIdentity"))
    identity.dkim_attributes["SigningEnabled"] = bool(self._get_param("SigningEnabled"))
    return EmptyResult()


def _account(_: Any) -> Any:
    """Return an account that may write only to verified recipients: leaving the sandbox is asked of a person."""
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}
    return ActionResult(
        {"ProductionAccessEnabled": False, "SendingEnabled": True, "EnforcementStatus": "HEALTHY", "SendQuota": quota}
    )
