from django.apps import AppConfig

from registers.register import register_all


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员与积分"

    def ready(self) -> None:
        from members.points import closing, settings  # noqa: F401 -- a job kind and settings declare themselves
        from members.registers import REGISTERS

        register_all(*REGISTERS)
