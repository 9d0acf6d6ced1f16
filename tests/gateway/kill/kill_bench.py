"""Put a kill switch on the order path's bench, and play the venues' answers to its cancels."""

from pathlib import Path
from typing import Any

from path_bench import Bench, Venue

from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel
from fairlead.gateway.journal import kinds
from fairlead.gateway.kill.blocks import Scope
from fairlead.gateway.kill.building import build_switch
from fairlead.gateway.kill.campaign import Campaign
from fairlead.gateway.kill.settings import Contact, KillSettings
from fairlead.gateway.ports.identity import StrategyIdentity

SETTINGS = KillSettings(cancels_a_turn=4, contacts={"X": Contact("Desk X", "+1 555 0100", procedure="ask for a purge")})


class KillBench(Bench):
    """Hold an order path with a kill switch; ``kill_records`` is what it wrote, for a start to read."""

    def __init__(self, folder: Path, settings: KillSettings = SETTINGS, **identities: StrategyIdentity) -> None:
        super().__init__(folder, **identities)
        self.kill_records: list[tuple[bytes, int]] = []
        self.woken = 0
        self.switch = build_switch(settings, self.path, 1, self.keep_kill_record, self.watch.alert)
        self.switch.wake = self._wake

    def keep_kill_record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        assert kind == kinds.KILL
        self.kill_records.append((payload, utc_ns))

    def _wake(self) -> None:
        self.woken += 1

    def engage(self, by: str = "ann", *, cancel: bool = True, **scope: str) -> Campaign:
        kill_id = self.switch.engage(Scope(**scope), by, "runaway", *self.times, cancel=cancel)
        return self.switch.kills[kill_id]

    def settle(self) -> None:
        """Take turns until nothing is left to send now."""
        while self.switch.advance(*self.times) == 0:
            pass

    def pass_time(self, seconds: float) -> None:
        super().pass_time(seconds)
        self.settle()

    def cancels(self, venue: Venue) -> list[CancelOrder]:
        return [request for call, request in venue.calls if call == "cancel"]

    def mass_cancels(self, venue: Venue) -> list[MassCancel]:
        return [request for call, request in venue.calls if call == "mass_cancel"]

    def confirm_all(self, venue: Venue) -> None:
        """End each order that a cancel was sent for."""
        for request in self.cancels(venue):
            order = self.ledger.find_by_venue_id(venue.name, request.cl_ord_id)
            if order is not None and not order.is_ended:
                self.confirm_cancel(venue, request.cl_ord_id, request.orig_cl_ord_id)

    def end(self, venue: Venue, cl_ord_id: str, **fields: Any) -> None:
        """End an order under its own id, unasked."""
        canceled = {"kind": ReportKind.CANCELED, "exec_type": ExecType.CANCELED, "ord_status": OrdStatus.CANCELED}
        self.tell(venue, **(canceled | {"cl_ord_id": cl_ord_id, "exec_id": f"C-{cl_ord_id}"} | fields))
