"""Write a wire log from lines such as ``"A> D 3 11=X1 38=100"``: who sends, MsgType, MsgSeqNum, further fields.

A is the initiator (CompID SUBJ), B the acceptor (CompID PEER). ``+30 A> 0 4`` lets 30 s pass first, else 100 ms do.
``!9=5`` forces a BodyLength, ``!10=000`` a CheckSum, ``!8=FIX.4.2`` a BeginString; ``49=X`` another SenderCompID.
``122=@`` is the time at which the log begins, ``122=@+`` a time after now.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SOH = "\x01"
BEGIN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
NAMES = {"A": ("SUBJ", "PEER"), "B": ("PEER", "SUBJ")}
UP = ("A> A 1 98=0 108=30", "B> A 1 98=0 108=30")


def stamp(when: datetime) -> str:
    return f"{when:%Y%m%d-%H:%M:%S}.{when.microsecond // 1000:03d}"


def frame_of(line: str, now: datetime, version: str) -> str:
    """Return one frame."""
    side, msg_type, number, *words = line.split(" ")
    given = [word.partition("=") for word in words]
    forced = {tag[1:]: value for tag, _, value in given if tag.startswith("!")}
    fields = [(tag, value.replace("_", " ")) for tag, _, value in given if not tag.startswith("!")]
    own = dict(fields)
    sender, target = NAMES[side[0]]
    times = {"@": stamp(BEGIN), "@+": stamp(now + timedelta(minutes=1))}
    head = [("35", msg_type), ("34", number), ("49", own.pop("49", sender)), ("52", own.pop("52", stamp(now)))]
    head.append(("56", own.pop("56", target)))
    body = "".join(
        f"{tag}={times.get(value, value)}{SOH}" for tag, value in [*head, *(pair for pair in fields if pair[0] in own)]
    )
    start = f"8={forced.get('8', version)}{SOH}9={forced.get('9', len(body))}{SOH}"
    total = sum((start + body).encode("latin-1")) & 0xFF
    return f"{start}{body}10={forced.get('10', f'{total:03d}')}{SOH}"


def write_log(
    lines: list[str] | tuple[str, ...], version: str = "FIX.4.4", mark: str = SOH, timed: bool = True
) -> bytes:
    """Return a log as QuickFIX writes it."""
    now = BEGIN
    out = []
    for line in lines:
        wait_s = 0.1
        if line.startswith("+"):
            wait, _, line = line.partition(" ")
            wait_s = float(wait)
        now += timedelta(seconds=wait_s)
        prefix = f"{now:%Y%m%d-%H:%M:%S}.{now.microsecond:06d}000 : " if timed else ""
        out.append(prefix + frame_of(line, now, version).replace(SOH, mark) + "\n")
    return "".join(out).encode("latin-1")
