"""What a form says where a field was left empty or holds what is not offered."""

from django import forms


def say_what_to_fill(form: forms.Form) -> None:
    """Django's own sentences name neither the field nor what would be right."""
    for field in form.fields.values():
        chosen = isinstance(field, forms.ChoiceField)
        field.error_messages["required"] = f"请{'选择' if chosen else '填写'}{field.label}"
        if chosen:
            field.error_messages["invalid_choice"] = f"没有“%(value)s”这个{field.label}，请从列出的里选"
