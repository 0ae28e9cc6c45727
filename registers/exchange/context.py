"""What resolvers and row rules are told besides the cells."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lianjian import clock
from registers.register import Register
from registers.scope import Scope


@dataclass(frozen=True)
class RowContext:
    """Handed to `check_rows(context=…)` by every face: who acts, on which register, on which day."""

    user: Any
    register: Register
    today: dt.date = field(default_factory=clock.today)

    @property
    def scope(self) -> Scope:
        """What a row may refer to: where the user may change this register, or only see it where he may not."""
        changing = self.register.change_right and self.user.scope_for(self.register.change_right)
        return changing or self.user.scope_for(self.register.view_right)
