from django.apps import AppConfig

from members.sockets import federation_filter, register_placement_provider
from registers.register import add_related, register_all
from registers.scope import register_scope_kind
from registers.sockets import MenuItem, add_menu_item, owed
from villages.sockets import map_layers, sheet_parts


class FederationsConfig(AppConfig):
    name = "federations"
    verbose_name = "联建"

    def ready(self) -> None:
        from federations import (  # settings declare what a county may decide
            economy,
            merging,
            settings_declared,  # noqa: F401
        )
        from federations.map import hulls, on_sheet
        from federations.panels import federations_of_village, hand_overs, to_approve
        from federations.queries import (
            federation_choices,
            federation_name,
            federation_scope,
            placements,
            villages_today,
        )
        from federations.registers import REGISTERS

        register_scope_kind("federation", "联建单位", federation_scope, federation_name)
        register_placement_provider(placements)
        federation_filter.villages_of, federation_filter.choices_for = villages_today, federation_choices
        register_all(*REGISTERS)
        add_menu_item(MenuItem("联建", "值班表", "duty-shifts:week", "federations.view", 51))
        add_related("villages", federations_of_village)
        merging.plug_in()
        economy.plug()
        owed.plug("federations.to_approve", to_approve)
        owed.plug("federations.hand_overs", hand_overs)
        map_layers.plug("federations.hulls", hulls)
        sheet_parts.plug("federations", on_sheet)
