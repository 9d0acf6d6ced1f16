"""Run every check, in the order of the table."""

from fairlead.gateway.doctor import memory_checks, network_checks, processor_checks, time_checks
from fairlead.gateway.doctor.row import Row
from fairlead.gateway.doctor.subject import Subject


def examine(subject: Subject) -> tuple[Row, ...]:
    """Return a row of every check."""
    areas = (processor_checks, memory_checks, network_checks, time_checks)
    return tuple(row for area in areas for row in area.rows(subject))
