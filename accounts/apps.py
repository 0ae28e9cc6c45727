from django.apps import AppConfig

from registers.scope import Scope, register_scope_kind


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与授权"

    def ready(self) -> None:
        # Administrators look after the installation and see no business rows.
        register_scope_kind("installation", "本系统", lambda key: Scope.nobody(), lambda key: "本系统")
