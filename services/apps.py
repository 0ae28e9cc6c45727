from django.apps import AppConfig

from registers.register import add_related, register_all
from villages.sockets import map_layers


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self) -> None:
        from services import registers
        from services.map import grids_on_map
        from services.models import Grid
        from villages.movers import OpenItems, register_mover

        register_all(registers.GridRegister)
        add_related("villages", registers.grids_of_village)
        register_mover("services.grids", OpenItems(Grid, "网格", rename="name"))
        map_layers.plug("services.grids", grids_on_map)
