"""The forms of the founding wizard: facts and evidence, villages, leadership (P05–P08)."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from federations.models import Federation, FederationVillage, LeadershipPattern, PlanningEvidence
from federations.registers.federations import JOINT_KINDS
from members.models import Post
from registers.pages.action_face import ActionForm, DayField, LookupField
from villages.models import Area
from villages.resolvers import VILLAGES

VILLAGES_PREFIX, POSTS_PREFIX = "villages", "posts"
MOST_VILLAGES = 150
Role = FederationVillage.Role
Topic = PlanningEvidence.Topic
TOPIC_HELP: dict[str, str] = {
    Topic.LOCATION: "相邻还是同路，历史上的管区，赶集上学走哪里",
    Topic.POPULATION: "各村大小、劳力、外出情况",
    Topic.INDUSTRY: "谁有资金和项目，谁有闲置土地和劳力，怎样互补",
    Topic.CULTURE: "同宗、同俗、群众来往",
    Topic.GOVERNANCE: "各村班子强弱，能不能带得动",
    Topic.PLANS: "与国土空间规划、乡村振兴规划是否一致",
}


def topic_field(topic: str) -> str:
    """The field of a heading in the form."""
    return f"topic_{topic}"


class FactsForm(ActionForm):
    """Step 1: what it is to be, and why."""

    name = forms.CharField(label="名称", max_length=60, help_text="如“湛江路新村”")
    kind = forms.ChoiceField(label="类别", choices=Federation.Kind.choices)
    mode = forms.ChoiceField(label="联建模式", choices=[("", "请选择"), *Federation.Mode.choices])
    sub_mode = forms.ChoiceField(
        label="细分模式", choices=[("", "不分"), *Federation.SubMode.choices], required=False,
        help_text="只有“城乡一体化带动”才分",
    )  # fmt: skip
    area_code = forms.ChoiceField(label="牵头镇街")
    on = DayField(label="提出日期", help_text="论证依据也记这一天")
    source = forms.CharField(label="依据来源", max_length=100, required=False, help_text="如实地调研、国土空间规划")
    evidence = forms.CharField(
        label="论证结论", max_length=2000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="综合以上几个方面，为什么联在一起",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic in Topic:
            self.fields[topic_field(topic)] = forms.CharField(
                label=topic.label, max_length=1000, required=False, widget=forms.Textarea({"rows": 2}),
                help_text=TOPIC_HELP[topic],
            )  # fmt: skip
        areas = Area.objects.within(self.user.scope_for(self.register.change_right))
        leading = areas.filter(level__in=[Area.Level.TOWN, Area.Level.COUNTY], valid_to__isnull=True)
        self.areas = {area.code: area for area in leading.order_by("-level", "code")}
        choices = [(code, area.name) for code, area in self.areas.items()]
        leading_area = self.fields["area_code"]
        assert isinstance(leading_area, forms.ChoiceField)  # noqa: S101 -- declared above
        leading_area.choices = choices if len(choices) == 1 else [("", "请选择"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("sub_mode") and cleaned.get("mode") != Federation.Mode.URBAN_RURAL:
            self.add_error("sub_mode", "只有“城乡一体化带动”才分细分模式，请留空")
        return cleaned

    @property
    def groups(self) -> list[dict[str, Any]]:
        facts = ("name", "kind", "mode", "sub_mode", "area_code", "on")
        topics = [topic_field(topic) for topic in Topic]
        return [
            {"title": "基本情况", "fields": [self[name] for name in facts]},
            {
                "title": "论证依据",
                "note": "按方面写，一句话也可以；提交论证前补齐即可，批复后存档。",
                "fields": [self[name] for name in (*topics, "source", "evidence")],
            },
        ]

    @property
    def topics(self) -> dict[str, str]:
        """What stands under each heading."""
        return {topic: self.cleaned_data.get(topic_field(topic), "") for topic in Topic.values}


class VillageRow(ActionForm):
    village = LookupField(VILLAGES, "villages", what="村居", label="村居", required=False)
    role = forms.ChoiceField(label="角色", choices=Role.choices, initial=Role.MEMBER, required=False)

    def has_changed(self) -> bool:
        """A row whose village is left empty is no row, whatever its role says."""
        return bool(self.data.get(self.add_prefix("village"), "").strip()) if self.is_bound else super().has_changed()


class TeamForm(ActionForm):
    """Step 3: the joint organisation, and in which pattern it is led."""

    organization_kind = forms.ChoiceField(label="联合党组织类别", choices=JOINT_KINDS)
    organization_name = forms.CharField(
        label="联合党组织名称", max_length=80, required=False,
        help_text="不填按名称生成，如“中共湛江路新村联合总支委员会”",
    )  # fmt: skip
    pattern = forms.ChoiceField(
        label="领导模式", choices=[("", "暂不确定"), *LeadershipPattern.Pattern.choices], required=False,
        help_text="模式A：强村书记任书记，包片领导任党总支第一书记；模式B：镇领导先任书记，以后交接",
    )  # fmt: skip
    due_on = DayField(label="应交接日期", required=False, help_text="只有模式B填；不填按县里的期限算")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("due_on") and cleaned.get("pattern") != LeadershipPattern.Pattern.B:
            self.add_error("due_on", "只有模式B填应交接日期，请留空")
        return cleaned


class PostRow(ActionForm):
    person = forms.CharField(label="姓名", max_length=40, required=False, help_text="姓名或党员编号")
    title = forms.ChoiceField(label="职务", choices=Post.Title.choices, initial=Post.Title.SECRETARY, required=False)
    portfolio = forms.CharField(label="分工", max_length=60, required=False)
    source = forms.ChoiceField(label="来源", choices=Post.Source.choices, required=False)

    def has_changed(self) -> bool:
        return bool(self.data.get(self.add_prefix("person"), "").strip()) if self.is_bound else super().has_changed()


VillageRows = forms.formset_factory(VillageRow, extra=3, can_delete=True, max_num=MOST_VILLAGES)
PostRows = forms.formset_factory(PostRow, extra=2, can_delete=True, max_num=20)


def kept(formset: Any) -> Iterator[dict[str, Any]]:
    """The rows of a valid formset that were filled and not taken away."""
    for form in formset:
        if form.has_changed() and form.cleaned_data and not form.cleaned_data.get("DELETE"):
            yield form.cleaned_data


def typed_in(posted: Mapping[str, Any]) -> dict[str, str]:
    """What a browser sent, as a draft keeps it: texts without what no text of the database may hold."""
    names = (name for name in posted if name not in ("csrfmiddlewaretoken", "go"))
    return {name[:80]: str(posted[name]).replace("\x00", "")[:4000] for name in names}
