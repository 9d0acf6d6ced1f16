"""Play a recorded run: feed what came in, moment by moment, and collect what this version records as sent.

A moment is one turn of the recorded run. What came in (frames, connections, operators' commands) is fed again at its
recorded time. A moment in which nothing came in was a timer's: then what is due acts. So timers act when they acted in
the recording, and where the recording has nothing, ``GRACE_NS`` after they are due: that only another version does.
"""

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.gateway.config import Config
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.replay.comparison import Comparison, Difference
from fairlead.gateway.replay.disclosure import sealed_fix
from fairlead.gateway.replay.frames import ID_LABELS, OUT_KINDS, Frame, read_frame
from fairlead.gateway.replay.recording import Moment, Recording, ReplayError, open_recording
from fairlead.gateway.replay.stage import STOPPING, ReplayStage

GRACE_NS: Final = 2_000_000_000
"""So late may a timer of the recorded run have acted, on a machine that was busy."""
HOUSE_NS: Final = 1_000_000_000
MAX_SAME: Final = 10_000
"""So often may one deadline come in a row: a resend of many batches, say."""
_FRAME_AT: Final = 8
_LOGGED_ON: Final = re.compile(rb"logged_on.* from (?P<address>[^ ,]+),")
_ENDS: Final = frozenset(("disconnected",))


@dataclass(slots=True)
class ReplayResult:
    """What a replay found."""

    journal: str
    epoch: int
    from_utc_ns: int = 0
    to_utc_ns: int = 0
    moments: int = 0
    frames_in: int = 0
    frames_out: int = 0
    differences: list[Difference] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


class Player:
    """Play one recording on one stage."""

    def __init__(self, config: Config, recording: Recording, folder: Path) -> None:
        self.result = ReplayResult(str(recording.folder), recording.epoch)
        self.recorded: dict[str, list[Frame]] = defaultdict(list)
        self.replayed: dict[str, list[Frame]] = defaultdict(list)
        self.comparison = Comparison()
        self._recording = recording
        self._moments = recording.moments()
        first = next(self._moments, None)
        if first is None:
            raise ReplayError(f"run {recording.epoch} of journal {recording.folder} has no records")
        self._first = first
        self._folder = folder / "journal"
        self.stage = ReplayStage(config, recording, folder, first.now_ns, first.utc_ns)
        self._own = JournalReader(self._folder)
        self._house_ns = first.now_ns

    def play(self) -> ReplayResult:
        """Play to the end and compare. Raises JournalDamage, JournalError, ReplayError."""
        result, stage = self.result, self.stage
        result.from_utc_ns = self._first.utc_ns
        try:
            stage.begin()
            self._collect(self._first)
            for moment in self._moments:
                self._let_time_pass(moment)
                self._play_moment(moment)
                self._collect(moment)
                result.moments += 1
                result.to_utc_ns = moment.utc_ns
        finally:
            stage.close()
        self._compare()
        result.left_out = stage.left_out
        return result

    def _compare(self) -> None:
        comparison = self.comparison
        for stream in dict.fromkeys([*self.recorded, *self.replayed]):
            comparison.compare(self.recorded[stream], self.replayed[stream])
        comparison.differences.sort(key=_place)
        self.result.frames_out = comparison.compared
        self.result.differences = comparison.differences

    # Time

    def _let_time_pass(self, moment: Moment) -> None:
        """Let act what should have acted long before the moment: in the recorded run nothing did."""
        stage, limit_ns = self.stage, moment.now_ns - GRACE_NS
        same = 0
        while True:
            now_ns = stage.clock.now_ns()
            due_ns, name = min(stage.deadlines(), default=(NEVER_NS, ""))
            # a deadline long past is one that the endpoint wants to be asked about at once
            at_ns = max(min(due_ns, self._house_ns + HOUSE_NS), now_ns)
            if at_ns >= limit_ns:
                return
            stage.clock.set(at_ns, stage.clock.utc_ns() + at_ns - now_ns)
            if due_ns <= at_ns:
                stage.turn(partial(stage.on_timer, name))
                same = same + 1 if min(stage.deadlines(), default=(NEVER_NS, "")) == (due_ns, name) else 0
                if same == MAX_SAME:
                    stage.leave_out(f"deadlines of {name} that stay")
                    return
            else:
                self._house_ns = at_ns
                stage.turn(stage.keep_house)

    def _play_moment(self, moment: Moment) -> None:
        stage = self.stage
        stage.clock.set(moment.now_ns, moment.utc_ns)

        def act(now_ns: int, utc_ns: int) -> None:
            self._find_addresses(moment)
            came_in = [self._feed(record, now_ns, utc_ns) for record in moment.records]
            if not any(came_in):
                self._act_on_time(moment, now_ns, utc_ns)

        stage.turn(act)

    def _act_on_time(self, moment: Moment, now_ns: int, utc_ns: int) -> None:
        """Let those act whose records the moment has: endpoints that are due, then the housekeeping."""
        stage = self.stage
        streams = {self._name(record) for record in moment.records}
        due = [name for deadline_ns, name in stage.deadlines() if deadline_ns <= now_ns and name in streams]
        for name in due:
            stage.on_timer(name, now_ns, utc_ns)
        if streams - set(due):
            self._house_ns = now_ns
            stage.keep_house(now_ns, utc_ns)

    # What came in

    def _name(self, record: Record) -> str:
        info = self._recording.streams.get(record.stream)
        return info.name if info is not None else ""

    def _feed(self, record: Record, now_ns: int, utc_ns: int) -> bool:
        """Feed what a record says came in; tell whether something did."""
        act = self._inputs.get(record.kind)
        return act is not None and act(self, record, now_ns, utc_ns)

    def _find_addresses(self, moment: Moment) -> None:
        """Find out where those come from who log in: what answers them may say so."""
        for record in moment.records:
            if record.kind == kinds.SESSION_EVENT and (found := _LOGGED_ON.match(record.payload[1:])):
                self.stage.addresses[self._name(record)] = found["address"].decode("utf-8", "replace")

    def _feed_frame(self, record: Record, now_ns: int, utc_ns: int) -> bool:
        self.result.frames_in += 1
        info = self._recording.streams[record.stream]
        frame = self._translated(record.payload[_FRAME_AT:])
        self.stage.receive(info.name, info.protocol, frame, now_ns, utc_ns)
        return True

    def _note_sent(self, record: Record, now_ns: int, utc_ns: int) -> bool:
        """Take signs of what came from outside in what was sent: a connection that was made, a stop."""
        name, frame = self._name(record), record.payload[_FRAME_AT:]
        if not name.startswith("strategy:") and not self.stage.is_connected(name) and _is_logon(frame):
            self.stage.connect(name, now_ns, utc_ns)
            return True
        if STOPPING.encode() in frame:
            self.stage.note_stop(name, now_ns, utc_ns)
            return True
        return False

    def _note_event(self, record: Record, now_ns: int, utc_ns: int) -> bool:
        name, length = self._name(record), record.payload[0]
        event = record.payload[1 : 1 + length].decode()
        text = record.payload[1 + length :].decode("utf-8", "replace")
        if STOPPING in text:
            self.stage.note_stop(name, now_ns, utc_ns)
        if event == "login":
            self.stage.log_in_json(name, text, now_ns, utc_ns)
        elif event in _ENDS:
            self.stage.disconnect(name, now_ns, utc_ns)
        else:
            return STOPPING in text
        return True

    def _command(self, record: Record, now_ns: int, utc_ns: int) -> bool:
        return self.stage.command(record.payload, now_ns, utc_ns)

    _inputs: Final[dict[int, Callable[["Player", Record, int, int], bool]]] = {
        kinds.FRAME_IN: _feed_frame,
        kinds.FRAME_OUT: _note_sent,
        kinds.FRAME_RESENT: _note_sent,
        kinds.SESSION_EVENT: _note_event,
        kinds.OPERATOR: _command,
    }

    # What went out

    def _collect(self, moment: Moment) -> None:
        """Take what both runs sent in a moment, and learn which ids stand for which."""
        sent = [record for record in moment.records if record.kind in OUT_KINDS]
        recorded = [self._frame(self._recording.streams, record) for record in sent]
        replayed = list(self._new_frames())
        for frame in recorded:
            self.recorded[frame.stream].append(frame)
        for frame in replayed:
            self.replayed[frame.stream].append(frame)
        for stream in {frame.stream for frame in recorded}:
            ours = [frame for frame in recorded if frame.stream == stream]
            theirs = [frame for frame in replayed if frame.stream == stream]
            for before, after in zip(ours, theirs, strict=False):
                if before.name == after.name:
                    for (label, left), (other, right) in zip(before.ids, after.ids, strict=False):
                        if label == other:
                            self.comparison.ids.agree(left, right)

    def _new_frames(self) -> Iterator[Frame]:
        while (record := self._own.next_record()) is not None:
            if record.epoch == self._recording.epoch and record.kind in OUT_KINDS:
                yield self._frame(self._own.streams, record)

    @staticmethod
    def _frame(streams: object, record: Record) -> Frame:
        info = streams[record.stream]  # type: ignore[index]
        return read_frame(record, info.name, info.protocol)

    def _translated(self, frame: bytes) -> bytes:
        """Return a peer's FIX frame with the replay's ids in place of the recorded ones."""
        if not self.comparison.ids.has_others or not frame.startswith(b"8=FIX"):
            return frame
        fields = frame.split(b"\x01")
        for at, each in enumerate(fields):
            label, _, value = each.partition(b"=")
            if label.decode("latin-1") in ID_LABELS:
                found = self.comparison.ids.translate(value.decode("latin-1"))
                fields[at] = label + b"=" + found.encode("latin-1")
        changed = b"\x01".join(fields)
        return frame if changed == frame else sealed_fix(changed)


def _place(difference: Difference) -> tuple[int, int]:
    """Return where a difference stands: by time, then by record."""
    frame = difference.recorded or difference.replayed
    return (frame.utc_ns if frame is not None else 0), difference.sequence


def _is_logon(frame: bytes) -> bool:
    return b"\x0135=A\x01" in frame[:40] or (not frame.startswith(b"8=FIX") and frame[2:3] == b"L")


def replay_journal(config: Config, journal: Path, epoch: int = 0, folder: Path | None = None) -> ReplayResult:
    """Play a run of a journal (0: the last one) through this version. Raises ReplayError, JournalError, OSError."""
    recording = open_recording(journal, epoch)
    if folder is not None:
        return Player(config, recording, folder).play()
    with tempfile.TemporaryDirectory(prefix="fairlead-replay-") as made:
        return Player(config, recording, Path(made)).play()
