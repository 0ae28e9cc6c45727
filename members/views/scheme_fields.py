"""The fields and rows of the scheme editor: a head, a line for each class, tables of categories, items and grades.

Points are typed as people write them (2, 1.5, −3 分) and kept as integers of 0.1 point.
"""

import unicodedata
from typing import Any

from django import forms

from lianjian import clock
from lianjian.periods import Period, parse_quarter
from members.models.subjects import SubjectClass
from members.points.amounts import shown, tenths
from members.points.content import CATEGORY_NAME_LENGTH, CODE_LENGTH, NAME_LENGTH, REASON_LENGTH
from members.views.form_words import say_what_to_fill
from registers.errors import Invalid

QUARTERS_OFFERED = 8
MOST_ITEMS, MOST_CATEGORIES, MOST_GRADES = 300, 20, 10
QUOTA_WORDS = dict.fromkeys(("invalid", "min_value", "max_value"), "请填 0 到 100 的整数，不限请留空")
SPARE_ROWS = 2  # empty rows, for who has no script that adds them


def plain_points(tenths_: int | None) -> str:
    """Points as they are typed: no decimal where there is none."""
    return (shown(tenths_) or "").removesuffix(".0")


class PointsField(forms.Field):
    """Points in tenths; empty is None. The unit, a plus sign and full-width figures are understood."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False} | kwargs))
        self.widget.attrs |= {"inputmode": "decimal", "class": "num", "maxlength": 12}
        self.unit = "分"

    def to_python(self, value: Any) -> Any:
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        text = text.replace("−", "-").replace("—", "-").removesuffix("分").strip()
        if text in ("", "/", "无", "不设"):
            return None
        try:
            return tenths(text.removeprefix("+"))
        except Invalid as error:
            raise forms.ValidationError(error.message) from error

    def prepare_value(self, value: Any) -> Any:
        return plain_points(value) if isinstance(value, int) else value


class HeadForm(forms.Form):
    """What a version says before its items."""

    name = forms.CharField(label="名称", max_length=NAME_LENGTH, help_text="写在印出来的办法上面")
    code = forms.CharField(label="办法编码", max_length=CODE_LENGTH, help_text="同一本积分各版用同一个编码，如 DY")
    from_quarter = forms.ChoiceField(label="自哪一季度起施行")
    base = PointsField(label="基础分", required=True)
    floor = PointsField(label="最低总分", help_text="扣分扣到这里为止；不设请留空")
    rank_by_class = forms.BooleanField(label="各类别分别排名", required=False)
    top_quota_percent = forms.IntegerField(
        label="最高等次名额", min_value=0, max_value=100, required=False,
        help_text="占联建单位计分人数的百分之几；不限请留空", error_messages=QUOTA_WORDS,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        say_what_to_fill(self)
        offered = quarters_offered(str(self.initial.get("from_quarter") or ""))
        self.fields["from_quarter"].choices = offered  # type: ignore[attr-defined]
        self.fields["top_quota_percent"].unit = "%"  # type: ignore[attr-defined]


def quarters_offered(kept: str = "") -> list[tuple[str, str]]:
    """This quarter and the next two years; one that a draft already has stays a choice."""
    now = Period.of(clock.today())
    offered = [str(now.shift(step)) for step in range(QUARTERS_OFFERED + 1)]
    if kept and kept not in offered:
        offered.insert(0, kept)
    return [(quarter, parse_quarter(quarter).label) for quarter in offered]


class ClassForm(forms.Form):
    """One class of subjects: its own base, or why it is exempt."""

    subject_class = forms.ChoiceField(label="类别", choices=SubjectClass.choices, widget=forms.HiddenInput())
    base = PointsField(label="基础分")
    exempt = forms.CharField(label="免于积分的原因", max_length=REASON_LENGTH, required=False)

    @property
    def title(self) -> str:
        return str(dict(SubjectClass.choices).get(str(self["subject_class"].value()), ""))


class RowForm(forms.Form):
    """A row of a table; one with nothing in it is no row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_what_to_fill(self)
        for field in self.fields.values():
            field.widget.attrs |= {"data-cell": "", "aria-label": field.label, "autocomplete": "off"}


class CategoryForm(RowForm):
    name = forms.CharField(label="类别名称", max_length=CATEGORY_NAME_LENGTH)
    cap = PointsField(label="季度上限")
    code = forms.CharField(label="编码", max_length=CODE_LENGTH, required=False)


class ItemForm(RowForm):
    category = forms.CharField(label="类别", max_length=CATEGORY_NAME_LENGTH)
    name = forms.CharField(label="项目名称", max_length=NAME_LENGTH)
    points = PointsField(label="每次分值", required=True)
    quarter_cap = PointsField(label="季度上限")
    group = forms.CharField(label="取最高分组", max_length=CODE_LENGTH, required=False)
    evidence = forms.ChoiceField(label="佐证", choices=[("", "—"), ("yes", "需要")], required=False)
    code = forms.CharField(label="编码", max_length=CODE_LENGTH, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].widget.attrs["list"] = "scheme-categories"


class GradeForm(RowForm):
    name = forms.CharField(label="等次", max_length=CODE_LENGTH)
    minimum = PointsField(label="总分不低于", required=True)


class RowsFormSet(forms.BaseFormSet):
    """Rows of a table; blank ones, also in between, are passed over."""

    absolute_max = 1_000
    default_error_messages = {  # noqa: RUF012 -- Django's own name, read by its class
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": "最多 %(num)d 行，多出来的请删去",
    }

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        # Any row may stay blank, also one that was filled when the page was made.
        return {**super().get_form_kwargs(index), "empty_permitted": True, "use_required_attribute": False}

    @property
    def filled(self) -> list[Any]:
        return [form for form in self.forms if form.has_changed()]


def rows_formset(form: type[forms.Form], most: int, extra: int = SPARE_ROWS) -> Any:
    """The class of a table of such rows, at most `most`; `extra` empty ones are there to be filled."""
    return forms.formset_factory(
        form, formset=RowsFormSet, extra=extra, max_num=most, absolute_max=most + 50, validate_max=True
    )


ClassSet = rows_formset(ClassForm, len(SubjectClass.values), 0)
CategorySet, ItemSet, GradeSet = (
    rows_formset(CategoryForm, MOST_CATEGORIES),
    rows_formset(ItemForm, MOST_ITEMS),
    rows_formset(GradeForm, MOST_GRADES, 1),
)
