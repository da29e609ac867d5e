"""Service Quotas: a limit that is high, unless a test lowers it."""

from typing import Any

from tests.fakes.cloud import Call, answers

HIGH = 1000.0


@answers("service-quotas.get_service_quota")
def get_service_quota(call: Call, *, ServiceCode: str, QuotaCode: str) -> Any:
    lowered = call.table("_limit").get(f"{ServiceCode}/{QuotaCode}", {"value": HIGH})
    return {"Quota": {"QuotaCode": QuotaCode, "Value": lowered["value"]}}
