"""Patch Manager: baselines and windows that change, and patch groups with a baseline for each operating system."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.ssm.exceptions import AlreadyExistsException, BaselineDoesNotExistException, SSMException
from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

_DEFAULT_SYSTEM = "WINDOWS"


def install() -> None:
    SimpleSystemManagerResponse.get_patch_baseline = _get_baseline
    SimpleSystemManagerResponse.update_patch_baseline = _update_baseline
    SimpleSystemManagerResponse.update_maintenance_window = _update_window
    SimpleSystemManagerResponse.describe_patch_groups = _groups
    SimpleSystemManagerBackend.register_patch_baseline_for_patch_group = _register
    SimpleSystemManagerBackend.deregister_patch_baseline_for_patch_group = _deregister
    _take_tags_of_baselines()
    _find_baseline_of_group()
    _keep_registered_baselines()


def _baseline(backend: Any, baseline_id: str) -> Any:
    if baseline_id not in backend.baselines:
        raise BaselineDoesNotExistException
    return backend.baselines[baseline_id]


def _shown(backend: Any, baseline: Any) -> dict[str, Any]:
    shown: dict[str, Any] = baseline.to_json()
    groups = [group for (group, _), registered in _registered(backend).items() if registered == baseline.id]
    return shown | {"Name": baseline.name, "Description": baseline.description, "PatchGroups": groups}


def _get_baseline(self: Any) -> Any:
    return ActionResult(_shown(self.ssm_backend, _baseline(self.ssm_backend, self._get_param("BaselineId"))))


def _update_baseline(self: Any) -> Any:
    baseline = _baseline(self.ssm_backend, self._get_param("BaselineId"))
    _change(baseline, json.loads(self.body), without=("BaselineId", "Replace"))
    return ActionResult(_shown(self.ssm_backend, baseline))


def _update_window(self: Any) -> Any:
    window = self.ssm_backend.get_maintenance_window(self._get_param("WindowId"))
    _change(window, json.loads(self.body), without=("WindowId", "Replace"))
    return ActionResult(window.to_json())


def _change(held: Any, given: dict[str, Any], without: tuple[str, ...]) -> None:
    for name, value in given.items():
        if name not in without:
            setattr(held, camelcase_to_underscores(name), value)


def _groups(self: Any) -> Any:
    backend = self.ssm_backend
    prefixes = [tuple(row["Values"]) for row in self._get_param("Filters") or [] if row["Key"] == "NAME_PREFIX"]
    mappings = [
        {"PatchGroup": group, "BaselineIdentity": _baseline(backend, baseline_id).to_json()}
        for (group, _), baseline_id in _registered(backend).items()
        if all(group.startswith(prefix) for prefix in prefixes)
    ]
    return ActionResult({"Mappings": mappings})


def _registered(backend: Any) -> dict[tuple[str, str], str]:
    """Return the baseline of each patch group and operating system. moto takes its own default baselines for registered."""
    registered: dict[tuple[str, str], str] = vars(backend).setdefault("registered_baselines", {})
    return registered


def _register(self: Any, baseline_id: str, patch_group: str) -> tuple[str, str]:
    system = _baseline(self, baseline_id).operating_system or _DEFAULT_SYSTEM
    if _registered(self).setdefault((patch_group, system), baseline_id) != baseline_id:
        raise AlreadyExistsException(system)
    return baseline_id, patch_group


def _deregister(self: Any, baseline_id: str, patch_group: str) -> tuple[str, str]:
    system = _baseline(self, baseline_id).operating_system or _DEFAULT_SYSTEM
    if _registered(self).get((patch_group, system)) == baseline_id:
        del _registered(self)[patch_group, system]
    return baseline_id, patch_group


def _take_tags_of_baselines() -> None:
    validate = SimpleSystemManagerBackend._validate_resource_type_and_id

    def validate_also(self: Any, resource_type: str, resource_id: str) -> str:
        if resource_type == "PatchBaseline" and resource_id in self.baselines:
            return resource_id
        return validate(self, resource_type, resource_id)

    SimpleSystemManagerBackend._validate_resource_type_and_id = validate_also


def _find_baseline_of_group() -> None:
    find = SimpleSystemManagerBackend.get_patch_baseline_for_patch_group

    def find_registered(self: Any, patch_group: str, operating_system: str | None) -> tuple[str, str, str]:
        system = operating_system or _DEFAULT_SYSTEM
        known = _registered(self).get((patch_group, system))
        if known:
            return known, patch_group, system
        default: tuple[str, str, str] = find(self, patch_group, system)
        return default

    SimpleSystemManagerBackend.get_patch_baseline_for_patch_group = find_registered


def _keep_registered_baselines() -> None:
    delete = SimpleSystemManagerBackend.delete_patch_baseline

    def delete_free(self: Any, baseline_id: str) -> None:
        if baseline_id in _registered(self).values():
            raise SSMException(
                "ResourceInUseException", f"Patch baseline {baseline_id} is registered with a patch group."
            )
        if baseline_id in self.baselines:  # AWS takes an unknown one for deleted
            delete(self, baseline_id)

    SimpleSystemManagerBackend.delete_patch_baseline = delete_free
