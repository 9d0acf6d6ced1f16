"""Name what differs between FIX venues, so that one adapter serves them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fairlead.adapters.fix.settings import Throttle
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.fix.dialect import Dialect

PUT_OR_CALL_TAG: Final = 201
CFI_CODE_TAG: Final = 461
MATURITY_DAY_TAG: Final = 205
MATURITY_DATE_TAG: Final = 541
RULE_80A_TAG: Final = 47
ORDER_CAPACITY_TAG: Final = 528


@dataclass(frozen=True, slots=True)
class SessionManner:
    """How the venue wants the session; what is not here is ``SessionSettings``' default.

    ``timestamp_digits`` are the fraction digits of our stamps. ``credentials`` says where the secret goes: ``none``,
    ``username`` (553 and 554) or ``raw_data`` (95 and 96). ``logon_fields`` go into our Logon. ``validate`` checks the
    venue's messages against the dictionary.
    """

    heart_bt_int_s: int = 30
    reset_on_logon: bool = False
    next_expected: bool = False
    resend_chunk: int = 0
    timestamp_digits: int = 3
    credentials: str = "none"
    logon_fields: tuple[tuple[int, str], ...] = ()
    throttle: Throttle | None = None
    validate: bool = True


@dataclass(frozen=True, slots=True)
class Symbology:
    """Which tags carry the instrument, and how.

    ``suffix`` ends every Symbol(55) of the venue; ``to_venue`` holds the symbols that follow no rule. An option's
    Symbol is its OSI symbol (``option_symbol`` ``osi``) or the root's symbol (``root``). ``security_id_source`` makes
    SecurityID(48) repeat the venue's symbol where an order brings none (``""``: only what an order brings).
    """

    suffix: str = ""
    to_venue: Mapping[str, str] = field(default_factory=dict)
    option_symbol: str = "osi"
    security_id_source: str = ""
    put_or_call_tag: int = PUT_OR_CALL_TAG
    maturity_day_tag: int = MATURITY_DAY_TAG


@dataclass(frozen=True, slots=True)
class AccountPlacement:
    """Where the account goes: Account(1), or one entry of the Parties group where ``party_role`` is not 0."""

    party_role: int = 0
    party_id_source: int = ord("D")


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """One venue's manner of FIX.

    ``dialect`` is merged into the codec's dictionary. ``capacity_codes`` maps FIX 4.4's OrderCapacity codes to those of
    ``capacity_tag``. ``handl_inst`` and ``order_capacity`` are what is sent where an order brings none (0: nothing).
    ``ex_destination`` is sent as ExDestination(100). ``reject_meanings`` explains the venue's own reason codes by tag
    (102, 103). Orders may be sent again in answer to a ResendRequest within ``resend_orders_within_s`` seconds of
    their first sending; older ones are gap-filled (0: all).
    """

    name: str
    begin_string: str
    capabilities: Capabilities
    session: SessionManner = SessionManner()
    dialect: Dialect | None = None
    symbology: Symbology = Symbology()
    account: AccountPlacement = AccountPlacement()
    capacity_tag: int = ORDER_CAPACITY_TAG
    capacity_codes: Mapping[int, int] = field(default_factory=dict)
    handl_inst: int = 0
    order_capacity: int = 0
    ex_destination: str = ""
    reject_meanings: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    resend_orders_within_s: int = 0
