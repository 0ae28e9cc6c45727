"""Forms of signing in and of one's own account."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm


class SignInForm(AuthenticationForm):
    """The sign-in form; a wrong name and a wrong password get the same words."""

    username = forms.CharField(
        label="账号",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "class": "form-control"}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
    )
    error_messages = {
        "invalid_login": "账号或密码不对，请核对后重新输入。连续输错 5 次会暂停登录 15 分钟。",
        "inactive": "这个账号已停用，请联系本单位系统管理员。",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.is_bound:
            # After a wrong password the name stands; what has to be typed again is the password.
            self.fields["username"].widget.attrs["autofocus"] = False
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()


class OwnPasswordForm(PasswordChangeForm):
    """Changing one's own password."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["old_password"].label = "现在的密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password1"].help_text = "至少 10 位，不能只有数字，不要用常见密码"
        self.fields["new_password2"].label = "再输一次新密码"
        self.fields["old_password"].widget.attrs["autofocus"] = False
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
