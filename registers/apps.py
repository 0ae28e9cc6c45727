from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistersConfig(AppConfig):
    name = "registers"
    verbose_name = "台账"

    def ready(self) -> None:
        from registers.exchange import jobs  # noqa: F401 - makes its kinds of jobs known
        from registers.grants import grant_application_role

        post_migrate.connect(grant_application_role, dispatch_uid="registers.grants")
