"""Kill a real process that writes, with SIGKILL at random moments, and look at what it leaves."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings

SEGMENT_BYTES = 65536

WRITER = """
import sys
from pathlib import Path
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings

recovery = recover(JournalSettings(Path(sys.argv[1]), 65536, fault_ahead_bytes=8192))
last = [record.payload for record in recovery.records() if record.kind == 1000]
turn = int(last[-1].split()[0]) + 1 if last else 0
writer = recovery.open_writer(1, 1)
while True:
    size = turn % 7 + 1
    for part in range(size):
        writer.append(0, 1000, b"%d %d %d " % (turn, part, size) + b"x" * (turn * 37 % 3000), 1, 1)
    writer.commit()
    # what the peer sees: only after the commit
    print(turn, flush=True)
    writer.prepare(16384, turn)
    turn += 1
"""


def test_ten_kills_lose_nothing_that_was_seen_and_leave_no_half_turn(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    seen = -1
    for _ in range(10):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(chance.randrange(1, 400)):
                line = child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            # the last line may have been cut by the kill
            lines = [line, *(rest for rest in child.stdout if rest.endswith("\n"))]
        seen = int(lines[-1])
        turns = read_turns(tmp_path)
        assert len(turns) - 1 >= seen
        for turn, parts in enumerate(turns):
            assert parts == [(turn, part, turn % 7 + 1) for part in range(turn % 7 + 1)]
    assert seen > 100


def read_turns(folder: Path) -> list[list[tuple[int, ...]]]:
    recovery = recover(JournalSettings(folder, SEGMENT_BYTES))
    turns: list[list[tuple[int, ...]]] = []
    for record in recovery.records():
        if record.kind == 1000:
            turn, part, size = (int(word) for word in record.payload.split()[:3])
            if part == 0:
                turns.append([])
            assert turn == len(turns) - 1
            turns[-1].append((turn, part, size))
    recovery.close()
    return turns
