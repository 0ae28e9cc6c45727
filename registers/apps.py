from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistersConfig(AppConfig):
    name = "registers"
    verbose_name = "台账"

    def ready(self) -> None:
        from registers.deciding import VIEW
        from registers.exchange import book_jobs, jobs, merge_jobs  # noqa: F401 - makes their kinds of jobs known
        from registers.grants import grant_application_role
        from registers.sockets import MenuItem, add_menu_item

        # Whoever keeps any register keeps that of villages too.
        add_menu_item(MenuItem("工作台", "全镇台账", "town-book", "villages.change", 20))
        add_menu_item(MenuItem("工作台", "合表", "merge", "villages.change", 30))
        add_menu_item(MenuItem("管理", "县级设置", "settings", VIEW))
        add_menu_item(MenuItem("管理", "后台任务", "admin:registers_job_changelist", "jobs.inspect", 30))
        post_migrate.connect(grant_application_role, dispatch_uid="registers.grants")
