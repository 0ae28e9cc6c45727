from django.apps import AppConfig

from registers.register import register_all


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self) -> None:
        from services import registers

        register_all(registers.GridRegister)
