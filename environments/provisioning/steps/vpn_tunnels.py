"""The tunnels themselves: up only when the customer's router dials in. Their state is the evidence that the link works."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import (
    CUSTOMER,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
)
from environments.provisioning.steps import vpn_connection
from environments.provisioning.steps.vpn_gateways import uses_vpn

UP = "UP"


class VpnTunnels(Step):
    """Ready with one tunnel up; that the other is down is said, since AWS takes one down for maintenance from time to time."""

    key = "vpn_tunnels"
    title = "VPN tunnels"
    doing = "Waiting for the customer's router to bring the tunnels up"
    done = "The VPN tunnels are up"
    requires = ("vpn_configuration", "vpn_routes")
    expected = timedelta(days=1)
    waits_for = CUSTOMER
    permissions = ("ec2:DescribeVpnConnections",)
    simulated = "No router dials in: a button says that the tunnels are up."

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"The customer configures the router at {spec.data_centre.gateway_ip} until a tunnel is up",)

    def observe(self, ctx: Context) -> Finding:
        connection = vpn_connection.find(ctx)
        if connection is None:
            raise StepRefused(
                "The VPN connection is no longer there.",
                remedy="It was deleted outside this portal. Make a new plan to build it again, with new keys.",
                code="vpn_gone",
            )
        tunnels = [_tunnel(row) for row in connection.get("VgwTelemetry") or ()]
        seen = tuple(_seen(ctx, connection["VpnConnectionId"], tunnel) for tunnel in tunnels)
        up = [tunnel for tunnel in tunnels if tunnel["status"] == UP]
        if not up:
            return Pending(CUSTOMER, _reason(ctx.spec, tunnels), ctx.poll_customer, resources=seen)
        down = [tunnel["address"] for tunnel in tunnels if tunnel not in up]
        note = f"Only one tunnel is up. Configure the one to {', '.join(down)} too." if down else ""
        return Ready({"tunnels": tunnels, "note": note}, seen)

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """Only the customer's router brings a tunnel up."""

    def remove(self, ctx: Context) -> None:
        """They go with the connection."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _tunnel(row: dict[str, Any]) -> dict[str, Any]:
    """Return a tunnel as it is kept and shown."""
    since = row.get("LastStatusChange")
    return {
        "address": row["OutsideIpAddress"],
        "status": row["Status"],
        "since": since.isoformat() if since else "",
        "message": row.get("StatusMessage") or "",
        "routes": row.get("AcceptedRouteCount") or 0,
    }


def _reason(spec: Spec, tunnels: Sequence[dict[str, Any]]) -> str:
    told = "".join(f" Tunnel to {tunnel['address']}: {_state(tunnel)}." for tunnel in tunnels)
    return (
        f"Configure the router at {spec.data_centre.gateway_ip} with the file from the environment's page, both tunnels. "
        f"We look again by ourselves.{told}"
    )


def _state(tunnel: dict[str, Any]) -> str:
    said = f" ({tunnel['message']})" if tunnel["message"] else ""
    return f"{tunnel['status'].lower()}{said}"


def _seen(ctx: Context, connection_id: str, tunnel: dict[str, Any]) -> Seen:
    address = tunnel["address"]
    shown = {key: tunnel[key] for key in ("status", "since", "message", "routes")}
    return Seen(
        "vpn_tunnel", address, f"{connection_id}/{address}", ctx.customer.account_id, ctx.customer.region, shown
    )
