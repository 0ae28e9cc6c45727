from django.apps import AppConfig

from members.sockets import register_placement_provider
from registers.register import add_related, register_all
from registers.scope import register_scope_kind
from registers.sockets import owed


class FederationsConfig(AppConfig):
    name = "federations"
    verbose_name = "联建"

    def ready(self) -> None:
        from federations import settings_declared  # noqa: F401 -- declares what a county may decide
        from federations.panels import federations_of_village, to_approve
        from federations.queries import federation_name, federation_scope, placements
        from federations.registers import REGISTERS

        register_scope_kind("federation", "联建单位", federation_scope, federation_name)
        register_placement_provider(placements)
        register_all(*REGISTERS)
        add_related("villages", federations_of_village)
        owed.plug("federations.to_approve", to_approve)
