from django.apps import AppConfig

from registers import sockets
from registers.register import add_related, register_all
from villages.movers import stays
from villages.sockets import map_measures


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "数据"

    def ready(self) -> None:
        from registers.api import routes
        from reports import home
        from reports.map import indicator_measures
        from reports.models import AssessmentList, AssessmentMark, AssessmentResult
        from reports.registers import REGISTERS
        from reports.registers.results import results_of_village
        from reports.workbooks import assessments, jobs  # noqa: F401 -- they declare their kinds of jobs

        register_all(*REGISTERS)
        stays("属于县", AssessmentList)
        stays("考核的是那时的村居", AssessmentMark, AssessmentResult)
        add_related("villages", results_of_village)

        sockets.add_menu_item(sockets.MenuItem("数据", "看板", "reports:board", "boards.view", 10))
        sockets.add_menu_item(sockets.MenuItem("数据", "上报表", "reports:workbooks", "reports.view", 20))
        sockets.figures.plug("reports", home.own_figures)
        sockets.owed.plug("reports.facts", home.owed_facts)
        sockets.owed.plug("reports.assessments", home.owed_marks)
        map_measures.plug("reports.indicators", indicator_measures)
        routes.add_viewset("indicators", "reports.api.IndicatorViewSet")
