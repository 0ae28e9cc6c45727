"""What a password must be, said in Chinese where Django has no translation."""

from django.contrib.auth import password_validation


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """As Django's; its refusal lost the Chinese text when its wording changed."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"


__all__ = ["MinimumLengthValidator"]
