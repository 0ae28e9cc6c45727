from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员与积分"

    def ready(self) -> None:
        from members.points import closing, settings  # noqa: F401 -- a job kind and settings declare themselves
