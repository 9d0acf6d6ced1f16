"""The gateway passes the suite on both sides: its FIX strategy port as acceptor, its venue sessions as initiator."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from engine_suite import COMP_IDS, bad, options_for, play, verdicts, version_of
from gateway_engine import SECRET, GatewayEngine, configuration
from quickfix_engine import free_port

from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.engine.subject import EngineSubject

SEND_ORDER = Path(__file__).parent / "send_order.py"
CREDENTIALS = {
    "fix42": (("95", str(len(SECRET))), ("96", SECRET)),
    "fix44": (("553", "strategy"), ("554", SECRET)),
}


@asynccontextmanager
async def gateway(folder: Path, options: EngineOptions, **ports: int) -> AsyncIterator[EngineSubject]:
    engine = GatewayEngine(folder, configuration(folder, version_of(options.protocol), COMP_IDS, **ports))
    async with EngineSubject(options, "the gateway") as subject:
        try:
            await engine.start()
            await subject.probe()
            yield subject
        finally:
            await engine.kill()


@pytest.mark.slow
async def test_strategy_port_as_acceptor(tmp_path: Path, protocol: str) -> None:
    options = options_for(protocol, "acceptor", free_port(), logon_fields=CREDENTIALS[protocol])
    async with gateway(tmp_path, options, fix_port=options.port) as subject:
        run = await play(options, subject=subject)
    # a PossResend order that is known is refused as a duplicate, so that the strategy learns that the first one arrived
    assert list(bad(run)) == [f"FS-19a {protocol} acceptor"]
    assert run.results and not run.failures()


@pytest.mark.slow
async def test_venue_session_as_initiator(tmp_path: Path, protocol: str) -> None:
    options = options_for(protocol, "initiator", free_port())
    json_port = free_port()
    async with gateway(tmp_path, options, json_port=json_port, venue_port=options.port) as subject:
        run = await play(options, subject=subject)
        send = {"send": f"{sys.executable} {SEND_ORDER} {json_port} {{comp_id}}"}
        subject.options = replace(options, triggers=send)
        with_orders = await play(options, "FS-8", "FS-16", "SX05", subject=subject)
    # nothing is sent that no strategy ordered
    names = ("FS-8", "FS-16a", "FS-16b")
    blocked = [f"{name} {protocol} initiator" for name in names]
    assert [key.removesuffix(" holds=application") for key in bad(run)] == blocked
    assert run.results and not run.failures()
    assert verdicts(with_orders.results) == {
        f"FS-8 {protocol} initiator holds=administrative": "pass",
        f"FS-8 {protocol} initiator holds=application": "pass",
        f"FS-16a {protocol} initiator": "blocked",  # orders for a venue that is away are refused, not kept
        f"FS-16b {protocol} initiator": "blocked",
        f"SX05 {protocol} initiator": "pass",
    }
