from django.apps import AppConfig

from registers import sockets
from villages.sockets import map_measures


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "数据"

    def ready(self) -> None:
        from registers.api import routes
        from reports import home
        from reports.map import indicator_measures
        from reports.workbooks import jobs  # noqa: F401 -- declares its kind of job

        sockets.add_menu_item(sockets.MenuItem("数据", "看板", "reports:board", "boards.view", 10))
        sockets.add_menu_item(sockets.MenuItem("数据", "上报表", "reports:workbooks", "reports.view", 20))
        sockets.figures.plug("reports", home.own_figures)
        sockets.owed.plug("reports.facts", home.owed_facts)
        map_measures.plug("reports.indicators", indicator_measures)
        routes.add_viewset("indicators", "reports.api.IndicatorViewSet")
