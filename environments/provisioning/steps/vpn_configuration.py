"""The configuration of the customer's router: written for its make, and sealed, since it holds the keys of both tunnels."""

from datetime import timedelta

from environments.provisioning import routers
from environments.provisioning.ports import Seen
from environments.provisioning.routers import document
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Drifted, Finding, Missing, Pending, Ready, Step, StepRefused
from environments.provisioning.steps import vpn_connection
from environments.provisioning.steps.vpn_gateways import uses_vpn

SECRET = "vpn_configuration"
"""The name under which it is sealed."""

_NOT_THERE = Pending(AWS, "AWS has not written the configuration of the VPN connection yet.", timedelta(seconds=5))


class VpnConfiguration(Step):
    key = "vpn_configuration"
    title = "Router configuration"
    doing = "Writing the configuration of the customer's router"
    done = "Wrote and sealed the configuration of the customer's router"
    requires = ("vpn_connection",)
    starts_unseen = True
    permissions = ("ec2:DescribeVpnConnections",)
    simulated = "The configuration is a sample: nothing answers at its addresses, and its keys open nothing."

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        router = " ".join(filter(None, (spec.data_centre.router_vendor, spec.data_centre.router_model)))
        return (f"Configuration for {router or 'the router'} ({routers.family(spec.data_centre).name}), sealed",)

    def observe(self, ctx: Context) -> Finding:
        written = self._written(ctx)
        if isinstance(written, Pending):
            return written
        if ctx.secrets.holds(SECRET, written):
            return self._ready(ctx)
        if ctx.secrets.kept(SECRET):
            return Drifted(("The sealed router configuration is not that of the connection as it stands",))
        return Missing()

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding:
        written = self._written(ctx)
        if isinstance(written, Pending):
            return written
        ctx.secrets.keep(SECRET, written)
        return self._ready(ctx)

    def remove(self, ctx: Context) -> None:
        ctx.secrets.forget(SECRET)

    def observe_removal(self, ctx: Context) -> Finding:
        return Drifted(("The router configuration is still sealed here",)) if ctx.secrets.kept(SECRET) else Ready()

    def _written(self, ctx: Context) -> str | Pending:
        """Return the text for the router, keys included: it goes to the vault and nowhere else."""
        connection = vpn_connection.find(ctx)
        text = (connection or {}).get("CustomerGatewayConfiguration")
        if not text:
            return _NOT_THERE
        static = vpn_connection.is_static(ctx.spec)
        try:
            read = document.read(text, networks=ctx.spec.customer_cidrs, is_static=static)
        except document.NotUnderstood as unclear:
            raise StepRefused(
                f"The configuration that AWS wrote for the router is not understood: {unclear}.",
                remedy="Download it in the AWS console (VPC, Site-to-Site VPN connections) and give it to the customer. "
                "Tell the portal's developers.",
                code="configuration_not_understood",
            ) from None
        return routers.family(ctx.spec.data_centre).render(read)

    def _ready(self, ctx: Context) -> Ready:
        router = routers.family(ctx.spec.data_centre).name
        connection_id = ctx.outputs["vpn_connection"]["vpn_connection_id"]
        where = (ctx.customer.account_id, ctx.customer.region)
        return Ready({"router": router}, (Seen("router_configuration", router, connection_id, *where),))
