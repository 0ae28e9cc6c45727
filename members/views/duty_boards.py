"""亮约: a village's board on paper (A4), and on a screen in its hall (P22). Both behind sign-in."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from lianjian import clock
from members.models import DutyBoard
from members.queries.duty_boards import Part, parts_of
from registers.models.setting import setting
from registers.pages.faces import Face

PHONE = "closes.supervision_phone"
ITEMS_A_PAGE, NAMES_A_PAGE, RESULTS_A_PAGE = 5, 40, 24  # what can be read from five paces


class BoardFace(Face):
    """What both have in common."""

    def shown(self, board: DutyBoard) -> dict[str, Any]:
        return {
            "board": board,
            "village": board.village,
            "parts": parts_of(board, self.user),
            "phone": setting(PHONE, board.village_id),
            "today": clock.today(),
            "back_url": self.url("detail", board),
        }


class BoardSheet(BoardFace):
    """The paper: duties, who signed, what the last review found."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        board: DutyBoard = self.visible_row(key)
        title = self.register.title_of(board)
        context = {
            "breadcrumbs": self.breadcrumbs((title, self.url("detail", board)), ("公开表", "")),
            "screen_url": self.url("screen", board),
        }
        return self.page("members/duties/board.html", context | self.shown(board))


class BoardScreen(BoardFace):
    """The same in large type, page by page; a small module turns them, and loads the board anew after the last."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        board: DutyBoard = self.visible_row(key)
        context = self.shown(board)
        return self.page("members/duties/screen.html", context | {"pages": list(pages_of(context["parts"]))})


def pages_of(parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    """The screen's pages: {kind of page, title, what stands on it}."""
    for part in parts:
        title = part.duty_list.name
        for number, of, some in _paged(part.items, ITEMS_A_PAGE):
            yield {"template": "items", "title": title, "part": part, "rows": some, "number": number, "of": of}
        for number, of, names in _paged(part.signed, NAMES_A_PAGE):
            yield {
                "template": "signed",
                "title": f"{part.kind}签约",
                "part": part,
                "rows": names,
                "number": number,
                "of": of,
            }
        for number, of, rows in _paged(part.results, RESULTS_A_PAGE):
            yield {
                "template": "results", "title": part.review.name if part.review else "", "part": part, "rows": rows,
                "number": number, "of": of,
            }  # fmt: skip


def _paged(rows: Sequence[Any], size: int) -> Iterator[tuple[int, int, Sequence[Any]]]:
    of = -(-len(rows) // size)
    for at in range(of):
        yield at + 1, of, rows[at * size : (at + 1) * size]
