"""Take times on the command line."""

from datetime import datetime
from typing import Any

import click

from fairlead.gateway.journal.filters import parse_time


class Time(click.ParamType[int]):
    """A time (ISO; local unless it says otherwise; a time alone is today's), or a date, whose midnight it is."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return UTC nanoseconds."""
        if isinstance(value, int):
            return value
        text = f"{value}T00:00:00" if len(value) == len("2026-11-28") else value
        try:
            return parse_time(text, datetime.now())
        except ValueError as error:
            self.fail(str(error), param, ctx)
