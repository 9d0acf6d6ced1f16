"""A SoupBinTCP client of plain sockets and struct, for dialogues with a simulated venue over OUCH and ITCH."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fairlead.certification.venues.binary_wire import Message, Table, load_table
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings

TIMEOUT_S = 60
UNITS = 100_000_000
USER, PASSWORD = "USER01", "SECRET"
TABLES = {"4.2": "ouch_4_2", "5.0": "ouch_5_0", "JNX": "jnx_ouch_1_11", "ITCH": "itch_5_0"}


def login(user: str = USER, password: str = PASSWORD, session: str = "", number: int | str = 1) -> bytes:
    """Return a LoginRequest, laid out by hand."""
    return b"\x00\x2fL" + f"{user:<6}{password:<10}{session:<10}{number:>20}".encode()


class SoupClient:
    """Send what it is told to, and hand out what comes; counts sequenced messages."""

    def __init__(self, version: str = "5.0") -> None:
        self.table = load_table(TABLES[version])
        self.number = 0
        self.session = ""
        self._buffer = b""

    async def connect(self, port: int) -> None:
        self._buffer = b""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)

    async def log_in(self, port: int, **parts: Any) -> tuple[str, int]:
        """Connect, log in, and return the session and the number of the next message."""
        await self.connect(port)
        self.send_bytes(login(**parts))
        kind, payload = await self.packet()
        assert kind == "A", f"LoginAccepted expected, {kind} {payload!r} received"
        self.session, self.number = payload[:10].decode().strip(), int(payload[10:])
        return self.session, self.number

    def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    def send(self, code: str, /, **values: Any) -> None:
        """Send a message by its table."""
        payload = Table.encode(self.table.venue, code, values)
        self.send_bytes(struct.pack(">Hc", len(payload) + 1, b"U") + payload)

    async def packet(self, *, with_heartbeats: bool = False) -> tuple[str, bytes]:
        """Return the next packet; heartbeats are passed over."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                while len(self._buffer) < 3 or len(self._buffer) < 2 + int.from_bytes(self._buffer[:2], "big"):
                    data = await self._reader.read(65536)
                    if not data:
                        raise ConnectionError("the venue has closed the connection")
                    self._buffer += data
                end = 2 + int.from_bytes(self._buffer[:2], "big")
                kind, payload = self._buffer[2:3].decode(), self._buffer[3:end]
                self._buffer = self._buffer[end:]
                if kind != "H" or with_heartbeats:
                    return kind, payload

    async def receive_bytes(self) -> bytes:
        """Return the next sequenced message as it is."""
        kind, payload = await self.packet()
        assert kind == "S", f"sequenced data expected, {kind} {payload!r} received"
        self.number += 1
        return payload

    async def receive(self, codes: str = "") -> Message:
        """Return the next sequenced message, which must be of one of the types."""
        _, message = Table.decode(self.table.client, await self.receive_bytes())
        assert not codes or message["message_type"] in codes, f"{codes} expected, {message} received"
        return message

    async def closed(self) -> list[tuple[str, bytes]]:
        """Wait until the venue closes, and return what it said before."""
        said = []
        while True:
            try:
                said.append(await self.packet())
            except (ConnectionError, OSError):
                return said

    async def close(self) -> None:
        if hasattr(self, "_writer"):
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()


class OuchClient(SoupClient):
    """Say what OUCH's versions have in common in one manner."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version

    def enter(self, token: int, side: str, quantity: int, price: float, /, **more: Any) -> None:
        """Enter an order; `price` is a decimal number, `more` are fields by their names in the version."""
        build = {"4.2": self._enter_42, "5.0": self._enter_50, "JNX": self._enter_jnx}[self.version]
        self.send("O", **(build(token, side, quantity, price) | more))

    def _enter_42(self, token: int, side: str, quantity: int, price: float) -> dict[str, Any]:
        fields: dict[str, Any] = {"order_token": f"T{token}", "side": side, "shares": quantity, "stock": "MSFT"}
        fields |= {"price": round(price * UNITS), "time_in_force": 99999, "firm": "FIRM", "display": "Y"}
        fields |= {"capacity": "A", "intermarket_sweep_eligibility": "N", "minimum_quantity": 0}
        return fields | {"cross_type": "N", "customer_type": ""}

    def _enter_50(self, token: int, side: str, quantity: int, price: float) -> dict[str, Any]:
        fields: dict[str, Any] = {"user_ref_num": token, "side": side, "quantity": quantity, "symbol": "MSFT"}
        fields |= {"price": round(price * UNITS), "time_in_force": "0", "display": "Y", "capacity": "A"}
        return fields | {"intermarket_sweep_eligibility": "N", "cross_type": "N", "clordid": f"C{token}"}

    def _enter_jnx(self, token: int, side: str, quantity: int, price: float) -> dict[str, Any]:
        fields: dict[str, Any] = {"order_token": token, "buy_sell_indicator": side, "quantity": quantity}
        fields |= {"orderbook_id": 7203, "price": round(price * UNITS), "time_in_force": 99999, "group": "DAYX"}
        fields |= {"client_reference": f"C{token}", "firm_id": 1, "display": "", "capacity": "P"}
        return fields | {"minimum_quantity": 0, "order_classification": "1", "cash_margin_type": "1"}

    def replace(self, existing: int, token: int, quantity: int, price: float, /, **more: Any) -> None:
        """Replace an order; the quantity is the chain's total."""
        fields: dict[str, Any] = {"price": round(price * UNITS), "time_in_force": 99999, "display": "Y"}
        if self.version == "4.2":
            fields |= {"existing_order_token": f"T{existing}", "replacement_order_token": f"T{token}"}
            fields |= {"shares": quantity, "intermarket_sweep_eligibility": "N", "minimum_quantity": 0}
        elif self.version == "5.0":
            fields |= {"orig_user_ref_num": existing, "user_ref_num": token, "quantity": quantity}
            fields |= {"time_in_force": "0", "intermarket_sweep_eligibility": "N", "clordid": f"C{token}"}
        else:
            fields |= {"existing_order_token": existing, "replacement_order_token": token, "quantity": quantity}
            fields |= {"display": "", "minimum_quantity": 0}
        self.send("U", **(fields | more))

    def cancel(self, token: int, quantity: int = 0) -> None:
        """Cancel an order, or what is above a new total."""
        if self.version == "4.2":
            self.send("X", order_token=f"T{token}", shares=quantity)
        elif self.version == "5.0":
            self.send("X", user_ref_num=token, quantity=quantity)
        else:
            self.send("X", order_token=token, quantity=quantity)

    async def told(self) -> tuple[Any, ...]:
        """Return a message's gist: type, token (as a number), quantity, and what tells its kind."""
        message = await self.receive()
        code = str(message["message_type"])
        names = ("order_token", "user_ref_num", "replacement_order_token", "next_user_ref_num")
        token = next((message[name] for name in names if name in message), None)
        quantities = ("quantity", "shares", "executed_shares", "executed_quantity", "decrement_shares")
        quantity = next((message[name] for name in (*quantities, "decrement_quantity") if name in message), None)
        telling = {"A": "order_state", "U": "order_state", "S": "event_code", "M": "side"}.get(code, "reason")
        kinds = (
            telling,
            "system_event",
            "order_canceled_reason",
            "order_rejected_reason",
            "liquidity_flag",
            "liquidity_indicator",
        )
        kind = next((message[name] for name in kinds if name in message), None)
        number = int(token.lstrip("T")) if isinstance(token, str) and token.startswith("T") else token
        return code, number, quantity, kind


@asynccontextmanager
async def ouch_venue(version: str, **settings: Any) -> AsyncIterator[tuple[Venue, OuchFace, int]]:
    """Run a venue that is met over OUCH on a free port."""
    ouch = OuchSettings(
        version=version,
        session=settings.pop("session", "0000000007"),
        soup=settings.pop("soup", SoupSettings(credentials={USER: PASSWORD, "USER02": PASSWORD})),
    )
    clock = settings.pop("clock", None)
    profile = settings.pop("profile", VenueProfile(name="XNQ", whole_quantities=True, price_places=4))
    venue = Venue(VenueSettings(profile=profile, **settings), clock)
    face = OuchFace(venue, ouch)
    port = await face.listen("127.0.0.1", 0)
    venue.begin()
    try:
        yield venue, face, port
    finally:
        await venue.stop()


@asynccontextmanager
async def ouch_trading(version: str, **settings: Any) -> AsyncIterator[tuple[OuchClient, Venue, OuchFace, int]]:
    """Run a venue with one user logged in, who has read the start of the day."""
    async with ouch_venue(version, **settings) as (venue, face, port):
        client = OuchClient(version)
        await client.log_in(port)
        assert (await client.told())[::3] == ("S", "S")
        try:
            yield client, venue, face, port
        finally:
            await client.close()
