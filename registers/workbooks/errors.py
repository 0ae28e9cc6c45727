"""What can be wrong with a workbook or a cell. All texts are Chinese and may be shown to the user."""


class WorkbookRefused(ValueError):
    """The file as a whole cannot be taken. `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CellError(ValueError):
    """One cell cannot be taken.

    `problem` says what was found (「填了“1410公顷”」), `expected` what would be right (「这里按亩填，请换算后填写」).
    The heading is not part of it: the row checker puts it in front. An instance may also stand *in* a cell of a
    sheet that was read (a formula without a result, `#REF!`); it is raised when that cell is parsed.
    """

    def __init__(self, problem: str, expected: str = "") -> None:
        super().__init__(problem, expected)
        self.problem = problem
        self.expected = expected

    @property
    def message(self) -> str:
        return f"{self.problem}，{self.expected}" if self.expected else self.problem

    def __str__(self) -> str:
        return self.message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellError) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)
