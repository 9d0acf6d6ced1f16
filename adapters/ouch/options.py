"""Put what is ours at a venue in place of a profile's constants: the firm, the order group and the like."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fairlead.adapters.ouch.mapping import RequestPlan
from fairlead.adapters.ouch.profiles import OuchProfile
from fairlead.adapters.table_reader import ProfileError
from fairlead.codecs.errors import ProtocolError

_REQUESTS: Final = ("new_order", "replace", "cancel", "mass_cancel", "disable_entry", "enable_entry")


def with_options(profile: OuchProfile, options: Mapping[str, object]) -> OuchProfile:
    """Return the profile with other constants, by the name of the wire's field, in every request that has them.

    Raises ProfileError for a name that no request has as a constant, and for a value that does not fit the field.
    """
    mistakes = []
    plans: dict[str, RequestPlan | None] = {name: getattr(profile, name) for name in _REQUESTS}
    known = sorted({constant for plan in plans.values() if plan is not None for constant in plan.constants})
    for option, value in options.items():
        if option not in known:
            mistakes.append(f"options.{option}: {value!r}, expected one of {', '.join(known) or 'no option'}")
        elif type(value) not in (int, str):
            mistakes.append(f"options.{option}: {value!r}, expected a text or a whole number")
    if not mistakes:
        for name, plan in plans.items():
            if plan is not None:
                plans[name] = _put(plan, options, mistakes)
    if mistakes:
        raise ProfileError(profile.name, mistakes)
    return replace(profile, **plans)  # type: ignore[arg-type]  # names and plans are the profile's own


def _put(plan: RequestPlan, options: Mapping[str, object], mistakes: list[str]) -> RequestPlan:
    given = {name: value for name, value in options.items() if name in plan.constants}
    constants = {**plan.constants, **{name: value for name, value in given.items() if isinstance(value, int | str)}}
    try:
        plan.layout.writer(dict(constants))
    except ProtocolError as error:
        mistakes.append(f"options: {error}")
    return replace(plan, constants=constants)
