"""Make pages: one file each that needs nothing else, loads nothing and runs no script but its own.

What peers sent is on these pages, so a page's policy names its script by hash: a script that slipped in would not run.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fairlead.certification.reports import words
from fairlead.certification.reports.printable import hex_rows, pieces, printable

_PACKAGE = "fairlead.certification.reports"
_FILTERS = {
    "p": printable,
    "pieces": pieces,
    "hex_rows": hex_rows,
    "seconds": words.seconds,
    "moment": words.moment,
    "varied": words.varied,
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    script = (files(_PACKAGE) / "templates" / "filter.js.j2").read_text(encoding="utf-8")
    environment.globals.update(
        style=Markup((files(_PACKAGE) / "templates" / "style.css.j2").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        place=words.place,
        groups=words.GROUPS,
        envelope=words.ENVELOPE,
        verdict_words={verdict.value: text for verdict, text in words.VERDICTS.items()},
    )
    return environment


def render(template: str, **values: Any) -> str:
    """Return a page made of a template. Texts go through ``p`` there, and are escaped."""
    return _environment().get_template(template).render(**values)
