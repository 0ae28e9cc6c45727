"""Columns that keep how a name sounds, for search by pinyin and for sorting; they follow the name by themselves."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import models

from lianjian import pinyin


class SoundField(models.CharField):
    """Text made from the column `of` whenever the row is saved, in bulk too: a form, an import or a paste cannot
    leave it behind. `update()` and SQL pass it by: give them `with_sounds(...)`.

    In migrations it is a plain CharField: a row of theirs must look the same whatever becomes of this class.
    """

    part = ""  # which of `pinyin.columns`
    title = ""

    def __init__(self, *, max_length: int, of: str = "name", spoken: Callable[[str], str] = str) -> None:
        """`spoken` makes of the name what people call the thing, where that is more."""
        super().__init__(self.title, max_length=max_length, blank=True, editable=False)
        self.of, self.spoken = of, spoken

    def sound(self, name: str) -> str:
        """What is kept for that name."""
        return pinyin.columns(self.spoken(name))[self.part]

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.sound(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        return (self.name, *self.clone().deconstruct()[1:])

    def clone(self) -> Any:
        return models.CharField(self.title, max_length=self.max_length, blank=True, editable=False)


class PinyinField(SoundField):
    """zhan jiang lu; `joined` without spaces, as the national file of areas has it."""

    part, title = "pinyin", "拼音"

    def __init__(self, *, max_length: int = 120, joined: bool = False, **more: Any) -> None:
        super().__init__(max_length=max_length, **more)
        self.joined = joined

    def sound(self, name: str) -> str:
        text = super().sound(name)
        return text.replace(" ", "") if self.joined else text


class InitialsField(SoundField):
    """zjl."""

    part, title = "initials", "拼音首字母"

    def __init__(self, *, max_length: int = 40, **more: Any) -> None:
        super().__init__(max_length=max_length, **more)


def sounds_of(model: Any, name: str) -> Iterator[SoundField]:
    """The columns that keep how the column `name` sounds."""
    return (field for field in model._meta.concrete_fields if isinstance(field, SoundField) and field.of == name)


def with_sounds(model: Any, name: str, text: str) -> dict[str, str]:
    """{column: value} for an `update()` that sets the column `name`."""
    return {name: text, **{field.name: field.sound(text) for field in sounds_of(model, name)}}
