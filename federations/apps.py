from django.apps import AppConfig

from members.sockets import register_placement_provider
from registers.register import add_related, register_all
from registers.scope import register_scope_kind
from registers.sockets import MenuItem, add_menu_item, owed
from villages.movers import OpenItems, register_mover, stays
from villages.sockets import map_layers, sheet_parts


class FederationsConfig(AppConfig):
    name = "federations"
    verbose_name = "联建"

    def ready(self) -> None:
        from federations import economy, settings_declared  # noqa: F401 -- declares what a county may decide
        from federations.map import hulls, on_sheet
        from federations.merging import Memberships, unfinished
        from federations.models import Federation, PlanItem, VillageClass, VillageSupport, WeakVillage
        from federations.panels import federations_of_village, hand_overs, to_approve
        from federations.queries import federation_name, federation_scope, placements
        from federations.registers import REGISTERS

        register_scope_kind("federation", "联建单位", federation_scope, federation_name)
        register_placement_provider(placements)
        register_all(*REGISTERS)
        add_menu_item(MenuItem("联建", "值班表", "duty-shifts:week", "federations.view", 51))
        add_related("villages", federations_of_village)
        register_mover("federations.villages", Memberships(), order=50)
        register_mover("federations.plan_items", OpenItems(PlanItem, "未完成的规划任务", open=unfinished))
        stays("属于镇街或县", Federation)
        stays("说的是撤并前的村，撤并后按新村重新登记", VillageClass, WeakVillage, VillageSupport)
        economy.plug()
        owed.plug("federations.to_approve", to_approve)
        owed.plug("federations.hand_overs", hand_overs)
        map_layers.plug("federations.hulls", hulls)
        sheet_parts.plug("federations", on_sheet)
