"""Our session engine as initiator: sessions that connect again and again and echo what comes, to be tested.

python echo_initiator.py FIX.4.4 PORT PEER1,PEER2
"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples"))

from echo_acceptor import CONDITIONAL, EchoApplication, EndpointProtocol

from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator

RECONNECT_S = 0.05


class ReportEcho(EchoApplication):
    """Echo ExecutionReports too, and say nothing of events."""

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        if message.msg_type == "8":
            self.echo(message, 17, now_ns, utc_ns)
        else:
            super().on_message(message, now_ns, utc_ns)

    def on_session_event(self, *event: object) -> None:
        pass


class Connection(EndpointProtocol):
    """Tell when a connection is over."""

    def __init__(self, session: FixSession) -> None:
        super().__init__(session)
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


async def keep_connected(version: str, port: int, peer: str) -> None:
    settings = SessionSettings(SessionId(version, "ENGINE", peer), is_initiator=True, heart_bt_int_s=1)
    application = ReportEcho()
    validator = Validator(load_dictionary(version), CONDITIONAL)
    application.session = FixSession(settings, MemoryStore(), application, validator)
    while True:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(application.session), "127.0.0.1", port
            )
        except OSError:
            await asyncio.sleep(RECONNECT_S)
            continue
        await connection.lost.wait()
        await asyncio.sleep(RECONNECT_S)


async def main(version: str, port: str, peers: str) -> None:
    await asyncio.gather(*(keep_connected(version, int(port), peer) for peer in peers.split(",")))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
