"""Build venue profiles from TOML, and report all mistakes of one at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fairlead.adapters.fix.profiles.profile import (
    CFI_CODE_TAG,
    MATURITY_DATE_TAG,
    MATURITY_DAY_TAG,
    ORDER_CAPACITY_TAG,
    PUT_OR_CALL_TAG,
    RULE_80A_TAG,
    AccountPlacement,
    SessionManner,
    Symbology,
    VenueProfile,
)
from fairlead.adapters.fix.settings import Throttle
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
from fairlead.codecs.fix.dialect import Dialect, DialectError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce

_FOLDER: Final = Path(__file__).parent
_VERSIONS: Final = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4"}
_ORD_TYPES: Final = codes_by_name(OrdType)
_TIMES_IN_FORCE: Final = codes_by_name(TimeInForce)
_SIDES: Final = codes_by_name(Side)
_CANCELS_ON_DISCONNECT: Final = {name: name for name in CANCELS_ON_DISCONNECT}
_SECURITY_TYPES: Final = {name: name for name in ("", "CS", "FUT", "OPT")}
_FIELDS: Final = {name: name for name in sorted(OPTIONAL_ORDER_FIELDS)}
_REPLACEABLE: Final = {
    name: name
    for name in (
        "order_qty",
        "price",
        "stop_px",
        "ord_type",
        "time_in_force",
        "expire_time_ns",
        "min_qty",
        "max_floor",
        "text",
    )
}
_CAPACITY_TAGS: Final = {"Rule80A": RULE_80A_TAG, "OrderCapacity": ORDER_CAPACITY_TAG}
_PUT_OR_CALL_TAGS: Final = {"PutOrCall": PUT_OR_CALL_TAG, "CFICode": CFI_CODE_TAG}
_MATURITY_DAY_TAGS: Final = {"MaturityDay": MATURITY_DAY_TAG, "MaturityDate": MATURITY_DATE_TAG, "none": 0}
_OPTION_SYMBOLS: Final = {name: name for name in ("osi", "root")}
_CREDENTIALS: Final = {name: name for name in ("none", "username", "raw_data")}
_PLACEMENTS: Final = {"Account": False, "Parties": True}
# Tags of 4.4 that a 4.2 counterparty has never heard of.
_ONLY_IN_4_4: Final = (ORDER_CAPACITY_TAG, CFI_CODE_TAG, MATURITY_DATE_TAG)


def shipped_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that come along."""
    return profile_names(_FOLDER)


def find_profile(name_or_path: str) -> Path:
    """Return the file of a profile, whether or not it is there."""
    return profile_file(_FOLDER, name_or_path)


def load_profile(name_or_path: str) -> VenueProfile:
    """Read a profile by the name of one that comes along (``broker42``) or by the path of a TOML file.

    Raises ProfileError with all mistakes.
    """
    data = read_profile_file(_FOLDER, name_or_path)
    return parse_profile(data, name_or_path)


def parse_profile(data: Mapping[str, Any], source: str) -> VenueProfile:
    """Build a profile from TOML tables; raises ProfileError with all mistakes, naming ``source``."""
    mistakes: list[str] = []
    top = TableReader(data, "", mistakes)
    begin_string = top.choice("begin_string", _VERSIONS)
    orders, account = top.section("orders"), top.section("account")
    capabilities = _capabilities(top, orders, account.flag("required", False))
    _refuse_4_2_mass(top, begin_string, capabilities)
    profile = VenueProfile(
        name=top.text("name", max_length=16),
        begin_string=begin_string,
        dialect=_dialect(top, begin_string, mistakes),
        session=_session(top.section("session"), begin_string),
        symbology=_symbology(top.section("symbology"), begin_string),
        capabilities=capabilities,
        account=_account(account, begin_string),
        handl_inst=orders.code("handl_inst", "1" if begin_string == "FIX.4.2" else ""),
        ex_destination=orders.text("ex_destination", ""),
        reject_meanings=_reject_meanings(top.section("reject_meanings")),
        resend_orders_within_s=orders.integer("resend_within_s", 0, 0, 86_400),
        **_capacity(top.section("capacity"), begin_string),
    )
    orders.finish()
    top.finish()
    if mistakes:
        raise ProfileError(source, mistakes)
    return profile


def _dialect(top: TableReader, begin_string: str, mistakes: list[str]) -> Dialect | None:
    """Return the dialect where it fits the version; it is named after the profile if it has no name."""
    data = top.table("dialect")
    if not data:
        return None
    try:
        dialect = Dialect.from_mapping({"name": top.text("name", "profile"), **data})
        load_dictionary(begin_string, dialect)
    except DialectError as error:
        mistakes += [f"dialect.{problem}" for problem in error.problems]
        return None
    return dialect


def _session(session: TableReader, begin_string: str) -> SessionManner:
    digits = {"seconds": 0, "milliseconds": 3, "microseconds": 6, "nanoseconds": 9}
    fields = session.texts_by_key("logon_fields")
    for tag in fields:
        if not _is_number(tag):
            session.mistake("logon_fields", tag, "tag numbers as keys")
    manner = SessionManner(
        heart_bt_int_s=session.integer("heart_bt_int_s", 30, 0, 3600),
        reset_on_logon=session.flag("reset_on_logon", False),
        next_expected=session.flag("next_expected", False),
        resend_chunk=session.integer("resend_chunk", 0, 0, 1_000_000),
        timestamp_digits=session.choice("timestamps", digits, "milliseconds"),
        credentials=session.choice("credentials", _CREDENTIALS, "none"),
        logon_fields=tuple((int(tag), text) for tag, text in fields.items() if _is_number(tag)),
        throttle=_throttle(session.section("throttle")),
        validate=session.flag("validate", True),
    )
    if manner.next_expected and begin_string == "FIX.4.2":
        session.mistake("next_expected", True, "false, as FIX.4.2 has no NextExpectedMsgSeqNum")
    session.finish()
    return manner


def _throttle(section: TableReader) -> Throttle | None:
    messages = section.integer("messages", 0, 0, 1_000_000)
    interval_ms = section.integer("interval_ms", 1000, 1, 60_000)
    reserve = section.integer("cancel_reserve", 0, 0, 1_000_000)
    max_queued = section.integer("max_queued", 0, 0, 1_000_000)
    section.finish()
    if messages == 0:
        return None
    if reserve >= messages:
        section.mistake("cancel_reserve", reserve, f"less than the {messages} messages")
        reserve = 0
    return Throttle(messages, interval_ms, reserve, max_queued)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0")


def _symbology(section: TableReader, begin_string: str) -> Symbology:
    is_4_2 = begin_string == "FIX.4.2"
    symbology = Symbology(
        suffix=section.text("suffix", "", 8),
        to_venue=section.texts_by_key("map"),
        option_symbol=section.choice("option_symbol", _OPTION_SYMBOLS, "osi"),
        security_id_source=section.text("security_id_source", "", 1),
        put_or_call_tag=section.choice("put_or_call", _PUT_OR_CALL_TAGS, "PutOrCall" if is_4_2 else "CFICode"),
        maturity_day_tag=section.choice(
            "maturity_day", _MATURITY_DAY_TAGS, "MaturityDay" if is_4_2 else "MaturityDate"
        ),
    )
    venue_symbols = list(symbology.to_venue.values())
    for symbol in sorted({symbol for symbol in venue_symbols if venue_symbols.count(symbol) > 1}):
        section.mistake("map", symbol, "each symbol of the venue once")
    _refuse_4_4_tags(
        section, begin_string, put_or_call=symbology.put_or_call_tag, maturity_day=symbology.maturity_day_tag
    )
    section.finish()
    return symbology


def _account(section: TableReader, begin_string: str) -> AccountPlacement:
    in_parties = section.choice("placement", _PLACEMENTS, "Account")
    role = section.integer("party_role", 24, 1, 999)
    source = section.code("party_id_source", "D")
    if in_parties and begin_string == "FIX.4.2":
        section.mistake("placement", "Parties", "Account, as FIX.4.2 has no Parties")
    section.finish()
    return AccountPlacement(party_role=role if in_parties else 0, party_id_source=source)


def _capacity(section: TableReader, begin_string: str) -> dict[str, Any]:
    tag = section.choice("tag", _CAPACITY_TAGS, "Rule80A" if begin_string == "FIX.4.2" else "OrderCapacity")
    _refuse_4_4_tags(section, begin_string, tag=tag)
    codes: dict[int, int] = {}
    for ours, theirs in section.texts_by_key("codes", 1).items():
        if len(ours) == 1 and ours.isascii():
            codes[ord(ours)] = ord(theirs)
        else:
            section.mistake("codes", ours, "OrderCapacity codes of one character as keys")
    default = section.code("default")
    if default and default not in codes:
        section.mistake("default", chr(default), "a key of capacity.codes")
    section.finish()
    return {"capacity_tag": tag, "capacity_codes": codes, "order_capacity": default}


def _refuse_4_4_tags(section: TableReader, begin_string: str, **tags: int) -> None:
    for key, tag in tags.items():
        if begin_string == "FIX.4.2" and tag in _ONLY_IN_4_4:
            section.mistake(key, tag, "a tag that FIX.4.2 has")


def _capabilities(top: TableReader, orders: TableReader, account_required: bool) -> Capabilities:
    replace, mass, status = top.section("replace"), top.section("mass_cancel"), top.section("status")
    self_match_fields = orders.texts_by_key("self_match_fields")
    for tag in self_match_fields:
        if not _is_number(tag):
            orders.mistake("self_match_fields", tag, "tag numbers as keys")
    capabilities = Capabilities(
        ord_types=orders.names("ord_types", _ORD_TYPES),
        times_in_force=orders.names("times_in_force", _TIMES_IN_FORCE),
        refused_combinations=orders.pairs("refused_combinations", _ORD_TYPES, _TIMES_IN_FORCE),
        sides=orders.names("sides", _SIDES, tuple(_SIDES)),
        security_types=orders.names("security_types", _SECURITY_TYPES, tuple(_SECURITY_TYPES)),
        carried=orders.names("carried", _FIELDS, tuple(_FIELDS)),
        carried_extras=orders.tags("extra_tags") | frozenset(self_match_fields),
        self_match_fields=tuple(self_match_fields.items()),
        account_required=account_required,
        whole_quantities=orders.flag("whole_quantities", False),
        cancel_on_disconnect=orders.choice("cancel_on_disconnect", _CANCELS_ON_DISCONNECT, COD_NONE),
        max_text_length=orders.integer("max_text_length", 0, 0, 4000),
        replace=replace.flag("supported", True),
        replace_changes=replace.names("changes", _REPLACEABLE, ("order_qty", "price", "stop_px", "time_in_force")),
        replace_while_pending=replace.flag("while_pending", False),
        mass_cancel=mass.flag("supported", False),
        mass_cancel_is_ours=mass.flag("is_ours", False),
        order_status=status.flag("order", True),
        mass_status=status.flag("mass", False),
        cl_ord_id=_cl_ord_id_rule(top.section("cl_ord_id")),
    )
    for section in (replace, mass, status):
        section.finish()
    return capabilities


def _refuse_4_2_mass(top: TableReader, begin_string: str, capabilities: Capabilities) -> None:
    if begin_string != "FIX.4.2":
        return
    if capabilities.mass_cancel:
        top.mistake("mass_cancel.supported", True, "false, as FIX.4.2 has no OrderMassCancelRequest")
    if capabilities.mass_status:
        top.mistake("status.mass", True, "false, as FIX.4.2 has no OrderMassStatusRequest")


def _cl_ord_id_rule(section: TableReader) -> ClOrdIdRule:
    rule = ClOrdIdRule(
        length=section.integer("length", 20, 8, 64),
        alphabet=section.text("alphabet", ClOrdIdRule().alphabet, 94),
        prefix=section.text("prefix", "", 8),
    )
    if len(set(rule.alphabet)) != len(rule.alphabet) or len(rule.alphabet) < 10:
        section.mistake("alphabet", rule.alphabet, "at least 10 characters, each once")
    section.finish()
    return rule


def _reject_meanings(section: TableReader) -> dict[int, dict[int, str]]:
    meanings: dict[int, dict[int, str]] = {}
    for key, tag in (("OrdRejReason", 103), ("CxlRejReason", 102)):
        texts = section.texts_by_key(key, 200)
        for code in texts:
            if code != "0" and not _is_number(code):
                section.mistake(key, code, "whole numbers as keys")
        meanings[tag] = {int(code): text for code, text in texts.items() if code == "0" or _is_number(code)}
    section.finish()
    return meanings
