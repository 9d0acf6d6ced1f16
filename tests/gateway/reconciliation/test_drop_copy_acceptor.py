"""A drop copy that connects to us, over FIX 4.2, made by hand."""

import asyncio
from pathlib import Path

import simplefix
from gateway_bench import Running, Tables, make_venue, until
from simplefix_frames import frame, stamp

SECRET = "copies-secret"


class Sender:
    """Be the other side: log on and send copies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._parser = simplefix.FixParser()
        self._next_out = 1

    def send(self, msg_type: str, *fields: tuple[int, object]) -> None:
        self._writer.write(frame("FIX.4.2", msg_type, self._next_out, "BROKER-DC", "FAIRLEAD-DC", fields))
        self._next_out += 1

    async def read(self) -> str:
        async with asyncio.timeout(20):
            while (message := self._parser.get_message()) is None:
                data = await self._reader.read(65536)
                if not data:
                    return ""
                self._parser.append_buffer(data)
        return str(message.get(35).decode())

    def close(self) -> None:
        self._writer.close()


def _tables(venue_port: int) -> Tables:
    return Tables(
        venue_address=f"127.0.0.1:{venue_port}",
        more=[
            "[[drop_copies]]",
            'name = "DC"',
            'venue = "XEXC"',
            'profile = "broker42"',
            'listen = "127.0.0.1:0"',
            'sender_comp_id = "FAIRLEAD-DC"',
            'target_comp_id = "BROKER-DC"',
            'password = "env:COPIES"',
        ],
    )


async def _connect(running: Running, secret: str) -> Sender:
    sender = Sender(*await asyncio.open_connection(*running.process.addresses["drop_copy:DC"]))
    sender.send("A", (98, 0), (108, 30), (141, "Y"), (95, len(secret)), (96, secret))
    return sender


async def test_the_other_side_connects_logs_on_with_its_secret_and_is_matched(tmp_path: Path) -> None:
    venue = make_venue()
    port = await venue.start()
    async with Running(tmp_path, _tables(port), environ={"COPIES": SECRET}) as running:
        await running.up()
        stranger = await _connect(running, "wrong")
        assert await stranger.read() in ("5", "")
        stranger.close()
        sender = await _connect(running, SECRET)
        assert await sender.read() == "A"
        client = await running.json_client()
        order = client.new_order("buy", 10, "MSFT", price="431")
        await until(lambda: order.cum_qty == 10, "the fill")
        (execution,) = venue.executions
        sender.send(
            "8",
            (37, execution.order_id),
            (11, execution.cl_ord_id),
            (17, execution.exec_id),
            (20, 0),
            (150, 2),
            (39, 2),
            (1, "ACC"),
            (55, "MSFT"),
            (54, 1),
            (38, 10),
            (32, 10),
            (31, "430.03"),
            (151, 0),
            (14, 10),
            (6, "430.03"),
            (60, stamp()),
        )
        await until(lambda: running.counter("drop_copy.DC.matched") == 1, "the match")
        assert running.counter("breaks") == 0
        await client.close()
        sender.close()
    await venue.stop()
