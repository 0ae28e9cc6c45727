from django.apps import AppConfig

from registers.scope import Scope, register_scope_kind
from registers.sockets import MenuItem, add_menu_item


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与授权"

    def ready(self) -> None:
        # Administrators look after the installation and see no business rows.
        register_scope_kind("installation", "本系统", lambda key: Scope.nobody(), lambda key: "本系统")
        add_menu_item(MenuItem("管理", "用户", "admin:accounts_user_changelist", "users.change", 10))
        add_menu_item(MenuItem("管理", "授权", "admin:accounts_grant_changelist", "grants.change", 20))
        add_menu_item(MenuItem("管理", "授权检查", "admin:index", "security.view", 40))
