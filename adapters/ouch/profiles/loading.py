"""Build OUCH profiles from TOML, and report all mistakes of one at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.mapping import RequestPlan
from fairlead.adapters.ouch.profiles.plan_reading import read_reports, read_request
from fairlead.adapters.ouch.profiles.profile import OuchProfile, SessionManner
from fairlead.adapters.table_reader import (
    ProfileError,
    TableReader,
    codes_by_name,
    profile_file,
    profile_names,
    read_profile_file,
)
from fairlead.adapters.venue_session import (
    CANCELS_ON_DISCONNECT,
    COD_NONE,
    OPTIONAL_ORDER_FIELDS,
    Capabilities,
    ClOrdIdRule,
)
from fairlead.codecs.binary.protocol import Protocol, load_protocol
from fairlead.codecs.binary.table_reader import TableError
from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce

_FOLDER: Final = Path(__file__).parent
_ORD_TYPES: Final = codes_by_name(OrdType)
_TIMES_IN_FORCE: Final = codes_by_name(TimeInForce)
_SIDES: Final = codes_by_name(Side)
_CANCELS_ON_DISCONNECT: Final = {name: name for name in CANCELS_ON_DISCONNECT}
_REPLACEABLE: Final = {
    name: name for name in ("order_qty", "price", "ord_type", "time_in_force", "expire_time_ns", "min_qty", "max_floor")
}
_ID_FORMS: Final = {"text": False, "rising": True}
_LIQUIDITY: Final = {"added": ord("1"), "removed": ord("2"), "routed": ord("3")}
_ORD_REJ_REASONS: Final = {
    "broker_option": 0,
    "unknown_symbol": 1,
    "exchange_closed": 2,
    "exceeds_limit": 3,
    "too_late": 4,
    "incorrect_quantity": 13,
    "other": 99,
}
_REQUESTS: Final = {
    "replace_order": "replace",
    "mass_cancel": "mass_cancel",
    "account_query": "account_query",
    "disable_entry": "disable_entry",
    "enable_entry": "enable_entry",
}


def shipped_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that come along."""
    return profile_names(_FOLDER)


def find_profile(name_or_path: str) -> Path:
    """Return the file of a profile, whether or not it is there."""
    return profile_file(_FOLDER, name_or_path)


def load_profile(name_or_path: str) -> OuchProfile:
    """Read a profile by the name of one that comes along (``nasdaq_ouch42``) or by the path of a TOML file.

    Raises ProfileError with all mistakes.
    """
    data = read_profile_file(_FOLDER, name_or_path)
    is_file = name_or_path not in shipped_profiles()
    return parse_profile(data, name_or_path, Path(name_or_path).parent if is_file else _FOLDER)


def parse_profile(data: Mapping[str, Any], source: str, folder: Path = _FOLDER) -> OuchProfile:
    """Build a profile from TOML tables; raises ProfileError with all mistakes, naming ``source``.

    A ``protocol`` that ends in .json is a table of its own, looked for in ``folder``.
    """
    mistakes: list[str] = []
    top = TableReader(data, "", mistakes)
    protocol = _protocol(top, folder)
    if protocol is None:
        raise ProfileError(source, mistakes)
    new_order, cancel = (read_request(top.section(name), protocol) for name in ("new_order", "cancel_order"))
    others: dict[str, Any] = {
        ours: read_request(top.section(name), protocol) for name, ours in _REQUESTS.items() if top.table(name)
    }
    reports = read_reports(top, protocol)
    if new_order is None or cancel is None:
        raise ProfileError(source, mistakes)
    orders, kept, replace = top.section("orders"), _kept(top.section("kept")), top.section("replace")
    profile = OuchProfile(
        name=top.text("name", max_length=16),
        protocol=protocol,
        capabilities=_capabilities(top, orders, replace, new_order, others, kept),
        new_order=new_order,
        cancel=cancel,
        reports=reports,
        session=_session(top.section("session")),
        kept=kept,
        max_quantity=orders.integer("max_quantity", 0, 0, 2**32 - 1),
        reject_reasons=_reject_reasons(top.section("reject_reasons")),
        liquidity=_liquidity(top.section("liquidity")),
        resend_orders_within_s=orders.integer("resend_within_s", 0, 0, 86_400),
        **others,
        **_symbology(top.section("symbology")),
        **_codes(top.section("codes")),
    )
    for section in (orders, replace, top):
        section.finish()
    if mistakes:
        raise ProfileError(source, mistakes)
    return profile


def _protocol(top: TableReader, folder: Path) -> Protocol | None:
    name = top.text("protocol")
    if name is not None and isinstance(name, str):
        try:
            return load_protocol(folder / name if name.endswith(".json") else name)
        except (LookupError, TableError, OSError) as error:
            top.mistake("protocol", name, f"a protocol's table: {error}")
    return None


def _session(section: TableReader) -> SessionManner:
    manner = SessionManner(
        heartbeat_s=section.integer("heartbeat_s", 1, 1, 3600),
        silence_s=section.integer("silence_s", 15, 2, 3600),
        login_timeout_s=section.integer("login_timeout_s", 15, 1, 300),
        quiet_s=section.integer("quiet_s", 2, 1, 60),
        time_zone=section.text("time_zone", "UTC"),
    )
    if manner.heartbeat_s >= manner.silence_s:
        section.mistake("silence_s", manner.silence_s, f"more than heartbeat_s ({manner.heartbeat_s})")
    try:
        ZoneInfo(manner.time_zone)
    except (KeyError, ValueError, OSError):
        section.mistake("time_zone", manner.time_zone, "an IANA time zone such as America/New_York")
    section.finish()
    return manner


def _capabilities(
    top: TableReader,
    orders: TableReader,
    replace: TableReader,
    new_order: RequestPlan,
    others: Mapping[str, RequestPlan | None],
    kept: Mapping[str, frozenset[str]],
) -> Capabilities:
    sources = {field.source for field in new_order.fields}
    carried = {name for source, name in mapping.CARRIED_BY.items() if source in sources}
    if any(mapping.HIDDEN in str(key).split() for field in new_order.fields for key in field.codes):
        carried.add("max_floor")
    return Capabilities(
        ord_types=orders.names("ord_types", _ORD_TYPES),
        times_in_force=orders.names("times_in_force", _TIMES_IN_FORCE),
        refused_combinations=orders.pairs("refused_combinations", _ORD_TYPES, _TIMES_IN_FORCE),
        sides=orders.names("sides", _SIDES, tuple(_SIDES)),
        carried=frozenset(carried | set(kept)),
        carried_extras=frozenset(field.tag for field in new_order.fields if field.tag),
        account_required=orders.flag("account_required", False),
        whole_quantities=True,
        cancel_on_disconnect=orders.choice("cancel_on_disconnect", _CANCELS_ON_DISCONNECT, COD_NONE),
        replace="replace" in others,
        replace_changes=replace.names("changes", _REPLACEABLE, ("order_qty", "price")),
        replace_while_pending=False,
        mass_cancel="mass_cancel" in others,
        mass_cancel_is_ours=orders.flag("mass_cancel_is_ours", False),
        order_status=False,
        mass_status=False,
        replays_reports=True,
        reduces_in_place=replace.flag("reduce_by_cancel", False),
        silent_on_ended=orders.flag("silent_on_ended", True),
        cl_ord_id=_cl_ord_id_rule(top.section("cl_ord_id")),
    )


def _cl_ord_id_rule(section: TableReader) -> ClOrdIdRule:
    is_rising = section.choice("form", _ID_FORMS, "text")
    rule = ClOrdIdRule(
        length=section.integer("length", 14, 8, 64),
        alphabet=section.text("alphabet", ClOrdIdRule().alphabet, 94),
        prefix=section.text("prefix", "", 8),
        is_rising=is_rising,
        highest=section.integer("highest", 2**32 - 1, 1, 2**63 - 1),
        has_unseen=True,
    )
    if "-" in rule.alphabet + rule.prefix:
        section.mistake("alphabet", rule.alphabet, "no hyphen, which marks ids that the venue never sees")
    if len(set(rule.alphabet)) != len(rule.alphabet) or len(rule.alphabet) < 10:
        section.mistake("alphabet", rule.alphabet, "at least 10 characters, each once")
    section.finish()
    return rule


def _kept(section: TableReader) -> dict[str, frozenset[str]]:
    kept: dict[str, frozenset[str]] = {}
    for name in sorted(OPTIONAL_ORDER_FIELDS):
        values = section.texts(name)
        if values:
            kept[name] = frozenset(values)
    section.finish()
    return kept


def _symbology(section: TableReader) -> dict[str, Any]:
    read = {"suffix": section.text("suffix", "", 8), "symbols": section.texts_by_key("map")}
    section.finish()
    return read


def _codes(section: TableReader) -> dict[str, Any]:
    read = {key: frozenset(section.codes(key)) for key in ("user_reasons", "expired_reasons", "dead_states")}
    section.finish()
    return read


def _reject_reasons(section: TableReader) -> dict[int, int]:
    """Return OrdRejReason(103) by the venue's code, given as characters in a text or as a list of numbers."""
    reasons: dict[int, int] = {}
    for name, reason in _ORD_REJ_REASONS.items():
        for code in section.codes(name):
            if code in reasons:
                section.mistake(name, code, "each code once")
            reasons[code] = reason
    section.finish()
    return reasons


def _liquidity(section: TableReader) -> dict[int, int]:
    flags = {code: meaning for name, meaning in _LIQUIDITY.items() for code in section.codes(name)}
    section.finish()
    return flags
