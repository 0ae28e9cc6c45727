from django.apps import AppConfig

from registers.register import add_related, register_all
from villages.sockets import map_layers, sheet_parts


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self) -> None:
        from services import registers
        from services.map import grids_on_map, points_on_map
        from services.models import Grid, ServicePoint
        from services.sheet import points_on_sheet
        from villages.movers import Continued, OpenItems, register_mover

        register_all(*registers.REGISTERS)
        add_related("villages", registers.points_of_village)
        add_related("villages", registers.grids_of_village)
        register_mover("services.grids", OpenItems(Grid, "网格", rename="name"))
        points = Continued(ServicePoint, "便民服务点", start="valid_from", end="valid_to", rename="name")
        register_mover("services.points", points)
        map_layers.plug("services.points", points_on_map)
        map_layers.plug("services.grids", grids_on_map)
        sheet_parts.plug("services.points", points_on_sheet)
