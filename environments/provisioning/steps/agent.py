"""What the agents on the hosts are told: which logs to collect and what to measure, through which proxy, and where the customer
wants a copy of the logs.

Each is a parameter of Systems Manager, which the installation on the machines reads. The agent of CloudWatch sends only to AWS,
so a copy for the customer's collector goes through Fluent Bit beside it. What holds a password is sealed and never read back:
its name says which secret it holds. Non-production has logs and no measurements (S41).
"""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from environments.provisioning import names
from environments.provisioning.collection import NOT_SHOWN, Collection, There
from environments.provisioning.installation.packs import JMX_PORT
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps import logs, measures

_PRODUCT_LOGS = "/opt/wso2/*/repository/logs"
_FILES: dict[str, tuple[str, ...]] = {
    "audit": (f"{_PRODUCT_LOGS}/audit.log", "/var/log/auth.log", "/var/log/secure"),
    "application": (f"{_PRODUCT_LOGS}/wso2carbon.log", f"{_PRODUCT_LOGS}/http_access.log"),
    "system": ("/var/log/syslog", "/var/log/messages"),
}
"""Of Ubuntu and of Red Hat: a file that a machine does not have is passed over."""

_NO_DISKS = ["devtmpfs", "overlay", "squashfs", "sysfs", "tmpfs"]
_NO_PROXY = "169.254.169.254"
"""The machine's own metadata service."""

_TEXT, _SEALED = "String", "SecureString"


class _Parameters(Collection):
    """Parameters below one path. outputs: {<use>: name of the parameter}"""

    permissions = (
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:GetParametersByPath",
        "ssm:PutParameter",
    )
    simulated = "No agent runs on the stand-in: what it would be told is real, and nobody reads it."
    path: str

    @abstractmethod
    def texts(self, spec: Spec) -> Mapping[str, tuple[str, str]]:
        """Return by name what each parameter is for, and its text; of a sealed one the text is empty."""

    def value(self, ctx: Context, name: str) -> str:
        """Return the text as it is written."""
        return self.texts(ctx.spec)[name][1]

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return tuple(Wanted("ssm_parameter", name, {"holds": told}) for name, (told, _) in self.texts(spec).items())

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Every step asks for all parameters of the environment, so that one answer serves them all."""
        path, all_of_it = names.path(ctx.spec, self.path), names.path(ctx.spec, "").rstrip("/")
        rows = ctx.customer.pages("ssm", "get_parameters_by_path", "Parameters", Path=all_of_it, Recursive=True)
        texts = self.texts(ctx.spec)
        return {row["Name"]: _there(row, texts.get(row["Name"])) for row in rows if row["Name"].startswith(f"{path}/")}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        tags = names.listed(names.tags(ctx.spec, self.key))
        return self._put(ctx, wanted, Tags=tags)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self._put(ctx, wanted, Overwrite=True)

    def _put(self, ctx: Context, wanted: Wanted, **more: Any) -> There:
        """A text of more than 4 KB makes it one of the larger kind by itself."""
        _, text = self.texts(ctx.spec)[wanted.name]
        ctx.customer.change(
            "ssm",
            "put_parameter",
            Name=wanted.name,
            Type=_TEXT if text else _SEALED,
            Value=self.value(ctx, wanted.name),
            Tier="Intelligent-Tiering",
            **more,
        )
        return There(wanted.name, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ssm", "delete_parameter", Name=name)


class AgentConfiguration(_Parameters):
    """outputs: {"configuration": name}, and {"proxy": name} where there is one."""

    key = "agent_configuration"
    title = "Configuration of the agents"
    doing = "Writing the configuration of the agents"
    done = "Wrote the configuration of the agents"
    requires = ("log_groups",)
    path = "agent"

    def texts(self, spec: Spec) -> Mapping[str, tuple[str, str]]:
        measured = ", disk, memory, JVM heap and health" if spec.is_production else ""
        found = {
            configuration_name(spec): (
                f"audit, application and system logs{measured}",
                json.dumps(_configuration(spec)),
            )
        }
        proxy = spec.monitoring.http_proxy
        if not spec.monitoring.internet_reachable and proxy:
            text = "" if spec.monitoring.proxy_password else _common(_with_user(spec, ""))
            found[proxy_name(spec)] = (f"the way out through {proxy}", text)
        return found

    def value(self, ctx: Context, name: str) -> str:
        """With a password it is sealed, and opened only here."""
        if text := super().value(ctx, name):
            return text
        return _common(_with_user(ctx.spec, ctx.secrets.open(ctx.spec.monitoring.proxy_password)))

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        proxy = proxy_name(ctx.spec)
        return {"configuration": configuration_name(ctx.spec), **({"proxy": proxy} if proxy in there else {})}


class LogForwarding(_Parameters):
    """outputs: {"configuration": name}"""

    key = "log_forwarding"
    title = "Forwarding of logs"
    doing = "Writing the forwarding of logs"
    done = "Wrote the forwarding of logs"
    requires = ("customer_access",)
    path = "forwarding"

    def applies(self, spec: Spec) -> bool:
        return spec.logs.forward and bool(spec.logs.host)

    def texts(self, spec: Spec) -> Mapping[str, tuple[str, str]]:
        target = spec.logs
        told = f"a copy of every line to {target.host}:{target.port}, encrypted"
        return {forwarding_name(spec): (told, _forwarder(spec))}

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"configuration": forwarding_name(ctx.spec)}


def _there(row: Mapping[str, Any], wanted: tuple[str, str] | None) -> There:
    told, text = wanted or ("", "")
    if row["Type"] == _SEALED:
        holds = NOT_SHOWN if not text else "something sealed"
    else:
        holds = told if row["Value"] == text else "something else"
    return There(row["Name"], {"holds": holds})


def configuration_name(spec: Spec) -> str:
    """Return the parameter that the agent of CloudWatch is configured from."""
    return names.path(spec, "agent/configuration")


def forwarding_name(spec: Spec) -> str:
    """Return the parameter that Fluent Bit is configured from."""
    return names.path(spec, "forwarding/configuration")


def proxy_name(spec: Spec) -> str:
    """Return the parameter that holds the agent's `common-config.toml`. A proxy with a password has the reference of that
    secret in the name, so that another one is another parameter."""
    reference = "/".join((spec.monitoring.http_proxy, spec.monitoring.proxy_username, spec.monitoring.proxy_password))
    suffix = f"-{hashlib.sha256(reference.encode()).hexdigest()[:8]}" if spec.monitoring.proxy_password else ""
    return names.path(spec, f"agent/proxy{suffix}")


def _with_user(spec: Spec, password: str) -> str:
    """Return the address of the proxy with the user name and password in it."""
    parts, user = urlsplit(spec.monitoring.http_proxy), spec.monitoring.proxy_username
    if not user:
        return spec.monitoring.http_proxy
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    return parts._replace(netloc=f"{login}@{parts.netloc}").geturl()


def _common(proxy: str) -> str:
    """Return the agent's `common-config.toml` (CloudWatch User Guide, "Common configuration for proxy information")."""
    return f'[proxy]\n  http_proxy = "{proxy}"\n  https_proxy = "{proxy}"\n  no_proxy = "{_NO_PROXY}"\n'


def _configuration(spec: Spec) -> dict[str, Any]:
    """Return the agent's configuration (CloudWatch User Guide, "CloudWatch agent configuration file")."""
    collected = [
        {
            "file_path": path,
            "log_group_name": logs.group(spec, kind),
            "log_stream_name": f"{{instance_id}}/{path.rsplit('/', 1)[1]}",
            "timezone": "UTC",
        }
        for kind, paths in _FILES.items()
        for path in paths
    ]
    base: dict[str, Any] = {
        "agent": {"metrics_collection_interval": 60, "run_as_user": "root"},
        "logs": {"logs_collected": {"files": {"collect_list": collected}}},
    }
    return {**base, "metrics": _measured()} if spec.is_production else base


def _measured() -> dict[str, Any]:
    return {
        "namespace": measures.AGENT_NAMESPACE,
        "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
        "aggregation_dimensions": [["InstanceId"]],
        "metrics_collected": {
            "disk": {"measurement": ["used_percent"], "resources": ["*"], "ignore_file_system_types": _NO_DISKS},
            "mem": {"measurement": ["used_percent"]},
            "procstat": [{"pattern": "org.wso2.*Bootstrap", "measurement": ["pid_count"]}],
            "jmx": [
                {
                    "endpoint": f"localhost:{JMX_PORT}",
                    "jvm": {"measurement": [measures.HEAP_USED, measures.HEAP_MAX]},
                }
            ],
        },
    }


def _forwarder(spec: Spec) -> str:
    """Return the configuration of Fluent Bit: read every file, send every line encrypted (Fluent Bit manual, inputs: tail;
    outputs: syslog, http). Each input has a database of its own, since one forgets how far another has read."""
    inputs = [
        {
            "Name": "tail",
            "Path": ",".join(paths),
            "Tag": kind,
            "DB": f"/var/lib/fluent-bit/{kind}.db",
            "Mem_Buf_Limit": "20MB",
        }
        for kind, paths in _FILES.items()
    ]
    target = {"Match": "*", "Host": spec.logs.host, "Port": str(spec.logs.port), "tls": "on", "tls.verify": "on"}
    if spec.logs.protocol == "https":
        output = {"Name": "http", **target, "URI": "/", "Format": "json_lines"}
    else:
        output = {"Name": "syslog", **target, "Mode": "tls", "Syslog_Format": "rfc5424", "Syslog_Message_Key": "log"}
    parts = [("INPUT", one) for one in inputs] + [("OUTPUT", output)]
    return "\n".join(
        f"[{kind}]\n" + "".join(f"    {key} {value}\n" for key, value in one.items()) for kind, one in parts
    )
