"""The tree of party organisations (P04) and dated posts (P08)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from members.models.people import Person
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField, PinyinField
from villages.models import Area


class DateRange(Func):
    """Half-open daterange of two date columns."""

    function = "daterange"
    output_field = models.Field()


@audited()
class PartyOrganization(RegisterRow):
    """A party organisation; its parent is the committee it belongs to. Village branches keep their members (P55)."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", "党委"
        GENERAL_BRANCH = "general_branch", "党总支"
        BRANCH = "branch", "党支部"
        JOINT_COMMITTEE = "joint_committee", "联合党委"
        JOINT_GENERAL_BRANCH = "joint_general_branch", "联合党总支"
        JOINT_BRANCH = "joint_branch", "联合党支部"
        COMMUNITY_COMMITTEE = "community_committee", "社区党委"
        CHAIN_COMMITTEE = "chain_committee", "产业链联合党委"
        FUNCTIONAL_BRANCH = "functional_branch", "功能型党支部"
        NEW_SECTOR_BRANCH = "new_sector_branch", "两新组织党支部"

    JOINT_KINDS = (Kind.JOINT_COMMITTEE, Kind.JOINT_GENERAL_BRANCH, Kind.JOINT_BRANCH, Kind.CHAIN_COMMITTEE)

    area_path = "area_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    name = models.CharField("名称", max_length=80)
    pinyin = PinyinField()
    initials = InitialsField()
    kind = models.CharField("类别", max_length=20, choices=Kind.choices, default=Kind.BRANCH)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级党组织", null=True, blank=True, related_name="children"
    )
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="所在区划", related_name="party_organizations")
    founded_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="organization_named_once_per_area"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="organization_is_not_its_parent"
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village")) | Q(pk__in=scope.ids("organization"))


@audited()
class Post(RegisterRow):
    """A post of a person on a party organisation, half-open in dates; one 书记 at a time (P08)."""

    class Title(models.TextChoices):
        SECRETARY = "secretary", "书记"
        FIRST_SECRETARY = "first_secretary", "党总支第一书记"
        SENT_FIRST_SECRETARY = "sent_first_secretary", "驻村第一书记"
        DEPUTY = "deputy", "副书记"
        FULL_TIME_DEPUTY = "full_time_deputy", "专职副书记"
        MEMBER = "member", "委员"

    class Source(models.TextChoices):
        VILLAGE = "village", "村干部"
        TOWN = "town", "镇街干部"
        SENT = "sent", "上级选派"
        GRADUATE = "graduate", "大学生村官"
        ABLE = "able", "致富能人"
        WELFARE = "welfare", "镇级公益岗"
        OTHER = "other", "其他"

    area_path = "organization__area_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, verbose_name="党组织", related_name="posts", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="姓名", related_name="posts")
    title = models.CharField("职务", max_length=20, choices=Title.choices)
    portfolio = models.CharField("分工", max_length=60, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices, default=Source.VILLAGE)
    valid_from = models.DateField("任职日期")
    valid_to = models.DateField("免职日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "任职"
        ordering = ["organization_id", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="post_ends_after_start",
            ),
            ExclusionConstraint(
                name="one_secretary_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(title="secretary"),
                violation_error_message="这个党组织在此期间已有书记，请先填写前任的免职日期",
            ),
        ]
        indexes = [models.Index(fields=["organization", "valid_from"], name="post_of_organization")]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "members.posts",
                "SELECT o.area_id, '' FROM {rows} AS p JOIN members_partyorganization AS o ON o.id = p.organization_id "
                "WHERE length(o.area_id) = 12",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_title_display()} {self.person}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return (
            scope.q("organization__area_id")
            | Q(organization__area_id__in=scope.ids("village"))
            | Q(organization_id__in=scope.ids("organization"))
        )
