"""Name the kinds of values that the configuration file has, and check each as it is read."""

import re
from decimal import Decimal, InvalidOperation
from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from fairlead.codecs.vocabulary.constants import SCALE

_ADDRESS: Final = re.compile(r"(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


class Section(BaseModel):
    """A table of the file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _check_name(value: str) -> str:
    if not value or len(value) > 32 or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in value):
        raise ValueError("expected 1 to 32 letters, digits, '-', '_' or '.'")
    return value


def _check_comp_id(value: str) -> str:
    if not value or not value.isascii() or not value.isprintable() or len(value) > 64:
        raise ValueError("expected 1 to 64 printable ASCII characters")
    return value


def _check_address(value: str) -> str:
    match = _ADDRESS.fullmatch(value)
    if match is None or int(match["port"]) > 65535:
        raise ValueError("expected HOST:PORT, an IPv6 address in brackets, and a port from 0 to 65535")
    if match["ipv6"] is not None:
        try:
            IPv6Address(match["ipv6"])
        except ValueError:
            raise ValueError("expected an IPv6 address between the brackets") from None
    return value


def _check_time_of_day(value: str) -> str:
    parts = value.split(":")
    limits = (24, 60, 60)
    if len(parts) != 3 or not all(
        p.isdigit() and len(p) == 2 and int(p) < m for p, m in zip(parts, limits, strict=True)
    ):
        raise ValueError("expected a time of day as HH:MM:SS")
    return value


def _check_time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected an IANA time zone such as America/New_York") from None
    return value


def _check_remote_address(value: str) -> str:
    if split_address(_check_address(value))[1] == 0:
        raise ValueError("expected a port from 1 to 65535")
    return value


def _to_exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('expected a number in quotes, such as "0.01": a binary float is not exact')
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError('expected a number in quotes, such as "0.01"') from None
    return value


def _to_paths(value: object) -> object:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(path, str) and path for path in values):
        raise ValueError("expected the path of a file, or a list of them")
    return tuple(values)


def _check_fits(value: Decimal) -> Decimal:
    scaled = value * SCALE
    if scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
        raise ValueError("expected at most 8 decimals and an amount below 92233720368")
    return value


Name = Annotated[str, AfterValidator(_check_name)]
CompId = Annotated[str, AfterValidator(_check_comp_id)]
Address = Annotated[str, AfterValidator(_check_address)]
RemoteAddress = Annotated[str, AfterValidator(_check_remote_address)]
TimeOfDay = Annotated[str, AfterValidator(_check_time_of_day)]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
Exact = Annotated[Decimal, BeforeValidator(_to_exact), AfterValidator(_check_fits)]
PositiveExact = Annotated[Exact, Field(gt=0)]
Paths = Annotated[tuple[Path, ...], BeforeValidator(_to_paths)]


def split_address(address: str) -> tuple[str, int]:
    """Split HOST:PORT; brackets around an IPv6 address go."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
