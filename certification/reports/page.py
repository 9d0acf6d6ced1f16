"""Make a page of a run: one file that stands for itself."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from fairlead.certification.model.results import RunResult
from fairlead.certification.reports.printable import pieces, printable


def run_page(run: RunResult) -> str:
    """Return the page of a run."""
    environment = Environment(
        loader=PackageLoader("fairlead.certification.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    environment.filters["pieces"] = pieces
    return environment.get_template("run.html.j2").render(run=run)
