"""What the API of federations has beyond the register: member villages as a list of {village_code, role}."""

from typing import Any

from rest_framework.request import Request

from federations.models import FederationVillage
from registers.api.viewsets import RegisterViewSet
from registers.errors import Invalid


class FederationViewSet(RegisterViewSet):
    def body(self, request: Request) -> dict[str, Any]:
        """A list of villages becomes the text that the workbook's column takes."""
        given = super().body(request)
        villages = given.get("villages")
        if isinstance(villages, list):
            given["villages"] = "、".join(_member(entry) for entry in villages)
        return given

    def standing(self, row: Any) -> dict[str, Any]:
        """Without its villages, which are changed by joining and leaving only."""
        return {name: value for name, value in super().standing(row).items() if name != "villages"}


def _member(entry: Any) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("village_code"), str):
        raise Invalid("每个成员村居应为 {village_code, role}", field="villages")
    role = entry.get("role") or FederationVillage.Role.MEMBER
    known = {**dict(FederationVillage.Role.choices), **{label: label for label in FederationVillage.Role.labels}}
    if not isinstance(role, str) or role not in known:
        raise Invalid(f"角色可填：{'、'.join(FederationVillage.Role.labels)}", field="villages")
    return f"{entry['village_code']}（{known[role]}）"
