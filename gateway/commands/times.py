"""Take times on the command line."""

import re
from datetime import datetime
from typing import Any, Final

import click

from fairlead.gateway.journal.filters import parse_time

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Time(click.ParamType[int]):
    """A time (ISO; local unless it says otherwise; a time alone is today's), or a date, whose midnight it is."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return UTC nanoseconds."""
        if isinstance(value, int):
            return value
        text = f"{value}T00:00:00" if _DATE.fullmatch(value) else value
        try:
            return parse_time(text, datetime.now())
        except ValueError as error:
            self.fail(str(error), param, ctx)
