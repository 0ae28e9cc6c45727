from django.apps import AppConfig

from registers import sockets
from registers.register import register_all
from registers.scope import Scope, register_scope_kind


class VillagesConfig(AppConfig):
    name = "villages"
    verbose_name = "村居"

    def ready(self) -> None:
        from registers.api import routes
        from villages import (
            merging,
            settings_declared,  # noqa: F401 -- declares what a county may decide
        )
        from villages.panels import facilities_on_map
        from villages.queries import area_choices, area_name, area_names
        from villages.registers import REGISTERS
        from villages.sockets import map_layers

        register_all(*REGISTERS)
        merging.plug_in()
        register_scope_kind("area", "区划", Scope.area, area_name)
        sockets.area_names.plug(area_names)
        sockets.area_choices.plug(area_choices)
        sockets.add_menu_item(sockets.MenuItem("村居", "村情地图", "map", "villages.view", 5))
        routes.add_viewset("village-photos", "villages.photos_api.VillagePhotoViewSet")
        map_layers.plug("villages.facilities", facilities_on_map)
