"""The file of one federation (一村一档): everything on one page to print for an inspection."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from federations import story
from federations.duty import monday_of, swaps_of, week_of
from federations.models import Federation, PlanningEvidence, Shift
from federations.registers.organising import evidence_by_topic
from federations.story_parts import plan_parts, premises_parts, team_parts
from federations.views.detail import FederationFace
from federations.views.duty import week_text
from lianjian import clock
from registers.pages import present
from registers.pages.parts import Related, RelatedTable
from registers.register import register_of, related_to

MOST_ROWS = 200


class FileFace(FederationFace):
    """Names and posts are told; numbers, telephones of people and whatever else is personal are left out."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        self.members = self.standing(row)
        own = [member.village_id for member in self.members if member.is_own]
        topics = evidence_by_topic(PlanningEvidence.objects.visible_to(self.user).filter(federation=row))
        monday = monday_of(clock.today())
        parts: list[Related | RelatedTable] = [
            *team_parts(self.user, row, False),
            *premises_parts(self.user, row, False),
        ]
        parts += [*plan_parts(self.user, row, False), *related_to(self.register, row, self.user)]
        context = {
            "breadcrumbs": self.breadcrumbs((row.name, self.url("detail", row)), ("一村一档", "")),
            "federation": row,
            "printed_on": clock.today(),
            "facts": self.file_facts(row),
            "evidence": [
                (PlanningEvidence.Topic(topic).label, rows) for topic, rows in topics.items() if rows
            ],
            "steps": list(reversed(self.steps(row))),
            "villages": [self.village_line(member) for member in self.members],
            "former": story.former_villages(self.user, row),
            "timeline": list(reversed(story.timeline(self.user, row, story.posts_of(self.user, row)))),
            "years": story.yearly(self.user, own),
            "foreign": len(self.members) - len(own),
            "week": week_of(self.user, row, monday),
            "week_text": week_text(monday),
            "shifts": Shift.labels,
            "swaps": swaps_of(self.user, row, monday),
            "tables": [table for part in parts if (table := self.table(part)) is not None],
            "back_url": self.url("detail", row),
            "back_label": "返回",
        }  # fmt: skip
        return self.page("federations/file.html", context)

    def file_facts(self, row: Federation) -> Iterable[tuple[str, str]]:
        """What the register says of it, as on its page, without empty cells."""
        skipped = {"villages", "evidence"}
        for column in present.visible_columns(self.register, self.user):
            text = present.text_of(column, self.register.value(row, column.field))
            if text and column.field not in skipped:
                yield column.heading, text

    def village_line(self, member: Any) -> dict[str, Any]:
        people = self.people.get(member.village_id)
        return {
            "name": member.village.name,
            "code": member.village_id,
            "role": member.get_role_display(),
            "people": people if member.is_own else None,
            "from": member.valid_from if member.is_own and member.holds_slot else None,
        }

    def table(self, part: Related | RelatedTable) -> dict[str, Any] | None:
        """A list as it is printed: all its rows, without personal columns; None where it is empty."""
        if isinstance(part, RelatedTable):
            heads = [str(column["heading"]) for column in part.columns]
            lines = [[str(cell["text"]) for cell in line["cells"]] for line in part.rows]  # type: ignore[attr-defined]
            return {"title": part.title, "heads": heads, "lines": lines} if lines else None
        register = register_of(part.slug)
        columns = [
            column for column in present.visible_columns(register, self.user, part.columns or register.list_columns)
            if not column.kind.personal
        ]  # fmt: skip
        rows = list(part.rows[: MOST_ROWS + 1])
        lines = [
            [present.text_of(column, register.value(one, column.field)) for column in columns]
            for one in rows[:MOST_ROWS]
        ]
        more = f"只印前 {MOST_ROWS} 条" if len(rows) > MOST_ROWS else ""
        heads = [column.full_heading for column in columns]
        return {"title": part.title, "heads": heads, "lines": lines, "more": more} if lines else None
