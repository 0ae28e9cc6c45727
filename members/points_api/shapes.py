"""How points look in JSON: texts with one decimal outside, integers of 0.1 point inside."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.models import PointClaim, PointScheme, QuarterClose
from members.models.schemes import QUARTER_VALIDATOR
from members.models.subjects import SubjectKind
from members.points.amounts import shown, tenths
from registers.errors import Invalid


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d)?$", "example": "12.5"})
class PointsField(serializers.Field):
    """Points: "12.5" (a number is taken too)."""

    def to_representation(self, value: int) -> str | None:
        return shown(value)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            raise serializers.ValidationError("分数应为最多一位小数的数字，例如 1.5")
        try:
            return tenths(data)
        except Invalid as error:
            raise serializers.ValidationError(error.message) from error


class QuarterField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=6, **kwargs)
        self.validators.append(QUARTER_VALIDATOR)


class CategorySerializer(serializers.Serializer):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=40)
    cap = PointsField(allow_null=True, required=False, default=None, help_text="季度上限；null 为不设")


class ItemSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=60)
    category = serializers.CharField(max_length=20, help_text="类别的 code")
    points = PointsField(help_text="每次分值，负数为扣分")
    quarter_cap = PointsField(allow_null=True, required=False, default=None, help_text="季度上限；null 为不设")
    group = serializers.CharField(
        max_length=20, allow_blank=True, allow_null=True, required=False, default="", help_text="同组同日只计最高"
    )
    town = serializers.CharField(max_length=9, required=False, help_text="镇街自设项目的镇街代码；县里的项目没有这一项")
    evidence_needed = serializers.BooleanField(required=False, default=False, help_text="需要佐证")


class GradeSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=20)
    min = PointsField(help_text="最低总分")


class SchemeSerializer(serializers.Serializer):
    """A version of a scheme. New ones are in force from `from_quarter` on, unless `state` says `draft`."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(read_only=True)
    area_code = serializers.CharField(max_length=6)
    subject_kind = serializers.ChoiceField(choices=SubjectKind.choices)
    from_quarter = QuarterField()
    state = serializers.ChoiceField(
        choices=PointScheme.State.choices, required=False, default=PointScheme.State.IN_FORCE
    )
    base = PointsField()
    base_by_class = serializers.DictField(child=PointsField(), required=False, default=dict)
    exempt_by_class = serializers.DictField(
        child=serializers.CharField(max_length=100), required=False, default=dict, help_text="免于积分的类别及原因"
    )
    rank_by_class = serializers.BooleanField(required=False, default=False)
    floor = PointsField(allow_null=True, required=False, default=None)
    categories = CategorySerializer(many=True)
    items = ItemSerializer(many=True)
    grades = GradeSerializer(many=True, required=False, default=list)
    top_quota_percent = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, required=False, default=None
    )


class TownItemSerializer(serializers.Serializer):
    code = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="留空由系统编排"
    )
    name = serializers.CharField(max_length=60)
    category = serializers.CharField(max_length=20, help_text="县里类别的 code")
    points = PointsField(help_text="每次分值，最多 2 分，负数为扣分")
    quarter_cap = PointsField(allow_null=True, required=False, default=None, help_text="季度上限；null 为不设")
    evidence_needed = serializers.BooleanField(required=False, default=False, help_text="需要佐证")


class TownItemsSerializer(serializers.Serializer):
    """All own items of a town, which replace what it had in the draft."""

    town = serializers.CharField(max_length=9, help_text="镇街代码")
    items = TownItemSerializer(many=True)


class WhatIfSerializer(serializers.Serializer):
    quarters = serializers.ListField(child=QuarterField(), min_length=1, max_length=8, help_text="已审定的季度")


class WhatIfStartedSerializer(serializers.Serializer):
    job = serializers.UUIDField(help_text="任务完成后，result.trials 是各季度的比较，分值以 0.1 分计")


class ChangeSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment] # a field named like an argument
    before = serializers.CharField()
    after = serializers.CharField()


class ComparedLineSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["added", "gone", "changed"])
    name = serializers.CharField()
    code = serializers.CharField()
    told = serializers.CharField(help_text="新增、取消的内容是什么")
    changes = ChangeSerializer(many=True)


class ComparedSectionSerializer(serializers.Serializer):
    title = serializers.CharField()
    lines = ComparedLineSerializer(many=True)


class ComparisonSerializer(serializers.Serializer):
    """What differs between two versions; what is not listed is the same."""

    old = serializers.IntegerField(help_text="原来那一版的 id")
    new = serializers.IntegerField()
    added = serializers.IntegerField()
    gone = serializers.IntegerField()
    changed = serializers.IntegerField()
    sections = ComparedSectionSerializer(many=True)


class ClaimSerializer(serializers.Serializer):
    """A declared fact and how far it is."""

    id = serializers.IntegerField(read_only=True)
    member_no = serializers.CharField(max_length=20)
    item_code = serializers.CharField(max_length=20)
    quantity = serializers.IntegerField(min_value=1, max_value=999, required=False, default=1)
    occurred_on = serializers.DateField()
    reason = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    source_ref = serializers.CharField(
        max_length=80,
        allow_blank=True,
        required=False,
        default="",
        help_text="来源编号：同一来源、同一人、同一项目只算一次",
    )
    corrects = serializers.IntegerField(
        allow_null=True,
        required=False,
        default=None,
        min_value=1,
        max_value=2**53,
        help_text="所更正的、已冲销的积分记录",
    )
    confirm_duplicates = serializers.CharField(
        max_length=120,
        allow_blank=True,
        required=False,
        default="",
        write_only=True,
        help_text="同人、同日、同项目已有别的来源的申报时，写明为什么不是同一件事；不写则拒绝",
    )
    state = serializers.ChoiceField(choices=PointClaim.State.choices, read_only=True)
    settle_quarter = serializers.CharField(read_only=True, allow_null=True, help_text="审定时确定，之前为 null")
    village_code = serializers.CharField(read_only=True, help_text="发生之日所在的村居")


class DeclaredSerializer(ClaimSerializer):
    """What declaring answers: the claim, and what was doubted about it."""

    warnings = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="与哪一条疑似重复，已确认不是"
    )


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class IdsSerializer(serializers.Serializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**53), min_length=1, max_length=5_000
    )


class NotAdvancedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    message = serializers.CharField()


class AdvancedSerializer(serializers.Serializer):
    advanced = serializers.IntegerField(help_text="办理了几条")
    errors = NotAdvancedSerializer(many=True)  # type: ignore[assignment] # a field named like a property


class EntrySerializer(serializers.Serializer):
    id = serializers.IntegerField()
    member_no = serializers.CharField()
    item_code = serializers.CharField()
    quantity = serializers.IntegerField()
    points = PointsField()
    occurred_on = serializers.DateField()
    reason = serializers.CharField()
    source_ref = serializers.CharField()
    settle_quarter = serializers.CharField()
    reverses = serializers.IntegerField(allow_null=True)


class NewCloseSerializer(serializers.Serializer):
    area_code = serializers.CharField(max_length=12)
    quarter = QuarterField()


class StartedSerializer(serializers.Serializer):
    job = serializers.UUIDField()
    id = serializers.IntegerField(help_text="试算的编号；算完之前查不到")


class CloseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    area_code = serializers.CharField()
    quarter = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=QuarterClose.State.choices)
    digest = serializers.CharField()


class ReopenedSerializer(CloseSerializer):
    job = serializers.UUIDField(help_text="新一版试算的任务")


class ScoreSerializer(serializers.Serializer):
    quarter = serializers.CharField()
    version = serializers.IntegerField()
    member_no = serializers.CharField()
    name = serializers.CharField()
    subject_kind = serializers.CharField()
    subject_class = serializers.CharField()
    village_code = serializers.CharField()
    federation = serializers.IntegerField(allow_null=True)
    town_code = serializers.CharField()
    base = PointsField()
    awards = serializers.DictField(child=PointsField())
    deduct = PointsField()
    total = PointsField(allow_null=True)
    grade = serializers.CharField(allow_null=True)
    rank_village = serializers.IntegerField(allow_null=True)
    rank_federation = serializers.IntegerField(allow_null=True)
    rank_town = serializers.IntegerField(allow_null=True)
