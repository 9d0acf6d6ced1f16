"""Use `fairlead journal` as a person does."""

import re
import struct
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from fairlead.codecs.vocabulary.binary_cy import pack
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.commands.journal import journal
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.layout import segment_path

from .conftest import Journals

LOGON = b"8=FIX.4.4|9=90|35=A|34=1|49=US|56=XBRK|95=6|96=top|se|98=0|108=30|553=me|554=hunter2|10=000|".replace(
    b"|", b"\x01"
)
ORDER = b"8=FIX.4.4|9=90|35=D|34=2|49=US|56=XBRK|11=A-1|55=IBM|54=1|38=100|10=000|".replace(b"|", b"\x01")
REPORT = b"8=FIX.4.4|9=90|35=8|34=2|49=XBRK|56=US|11=A-1|37=V\x1b[31m9|39=0|10=000|".replace(b"|", b"\x01")
DAY = 1_772_460_000_000_000_000  # 2026-03-02T14:00:00Z
SECOND = 1_000_000_000


@pytest.fixture
def folder(journals: Journals) -> Path:
    writer = journals.open()
    venue = writer.register_stream("venue:XBRK", "FIX.4.4", DAY, 1)
    alpha = writer.register_stream("strategy:alpha", "json", DAY, 1)
    writer.append_prefixed(venue, kinds.FRAME_OUT, 1, LOGON, DAY + SECOND, 1)
    order = NewOrder(cl_ord_id="A-1", symbol="IBM", side=49, order_qty=100 * 10**8, ord_type=49)
    writer.append_prefixed(alpha, kinds.FRAME_IN, 1, b'{"type":"logon","secret":"hunter2"}', DAY + 2 * SECOND, 1)
    writer.append(alpha, kinds.REQUEST, pack(order), DAY + 3 * SECOND, 1)
    writer.append_prefixed(venue, kinds.FRAME_OUT, 2, ORDER, DAY + 4 * SECOND, 1)
    writer.append_prefixed(venue, kinds.FRAME_IN, 2, REPORT, DAY + 5 * SECOND, 1)
    writer.append(venue, kinds.NEXT_IN, struct.pack("<Q", 3), DAY + 5 * SECOND, 1)
    writer.append(venue, kinds.SESSION_EVENT, b"\x06logout" + b"bye", DAY + 6 * SECOND, 1)
    writer.commit()
    writer.close()
    return journals.folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(journal, [str(argument) for argument in arguments])


def kinds_shown(*arguments: object) -> list[str]:
    result = run("cat", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return [orjson.loads(line)["kind"] for line in result.output.splitlines()]


def test_cat_shows_every_record_decoded_and_no_secret(folder: Path) -> None:
    result = run("cat", "--raw", folder)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) == 9
    assert "hunter2" not in result.output
    assert "top" not in result.output
    assert "554=***|" in lines[2]
    assert "96=***|98=0|" in lines[2]
    assert '"secret":"*******"' in lines[3]
    assert lines[2].startswith("2026-03-02T14:00:01.000000000Z")
    assert "venue:XBRK" in lines[2]
    assert "| new_order cl_ord_id=A-1" in lines[4]
    assert "symbol=IBM" in lines[4]
    # a peer can't paint our terminal
    assert "37=V\\x1b[31m9|" in lines[6]
    assert "next_in=3" in lines[7]
    assert lines[8].endswith("logout bye")


def test_fix_fields_are_named_and_explained(folder: Path) -> None:
    line = run("cat", "--msg-type", "D", folder).output
    assert "ClOrdID(11)=A-1" in line
    assert "Side(54)=1 BUY" in line.upper().replace("SIDE", "Side")
    assert line.endswith("|\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--session", "XBRK", "--kind", "frame_out"], ["FRAME_OUT", "FRAME_OUT"]),
        (["--stream", "strategy:alpha"], ["STREAM", "FRAME_IN", "REQUEST"]),
        (["--msg-type", "D"], ["FRAME_OUT"]),
        (["--direction", "in"], ["FRAME_IN", "FRAME_IN"]),
        (["--cl-ord-id", "A-1"], ["REQUEST", "FRAME_OUT", "FRAME_IN"]),
        (["--cl-ord-id", "A"], []),
        (["--from", "2026-03-02T14:00:05Z"], ["FRAME_IN", "NEXT_IN", "SESSION_EVENT"]),
        (["--to", "2026-03-02T14:00:00.000000001Z"], ["STREAM", "STREAM"]),
        (["--from", "2026-03-02T16:00:03+02:00", "--to", "2026-03-02T14:00:04Z"], ["REQUEST"]),
    ],
)
def test_filters(folder: Path, arguments: list[str], expected: list[str]) -> None:
    assert kinds_shown(*arguments, folder) == expected


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["cat", "--from", "yesterday"], "time 'yesterday', expected such as 2026-03-02T14:30:00 (local)"),
        (["cat", "--kind", "FRAMES"], "'FRAMES', expected one of STREAM, START"),
        (["grep", "("], "'(' is no regular expression"),
        (["cat"], "does not exist"),
    ],
)
def test_bad_arguments_are_told(folder: Path, arguments: list[str], what: str) -> None:
    path = folder / "nowhere" if what == "does not exist" else folder
    result = run(*arguments, path)
    assert result.exit_code == 2
    assert what in " ".join(result.output.split())


def test_grep_finds_or_exits_1(folder: Path) -> None:
    assert run("grep", r"35=D\|.*55=IBM", folder).output.count("\n") == 1
    assert run("grep", "35=Z", folder).exit_code == 1


def test_stats_counts(folder: Path) -> None:
    result = run("stats", folder)
    assert result.exit_code == 0
    assert "9 records" in result.output
    assert "2026-03-02T14:00:00.000000000Z to 2026-03-02T14:00:06.000000000Z" in result.output
    counts = [line.split() for line in result.output.splitlines() if line.startswith("kind")]
    assert ["kind", "FRAME_OUT", "2"] in counts


def damage(folder: Path) -> bytes:
    path = segment_path(folder, 1)
    data = bytearray(path.read_bytes())
    data[data.index(b"35=D")] ^= 1
    path.write_bytes(data)
    return bytes(data)


def test_verify_says_whole_or_damaged(folder: Path) -> None:
    result = run("verify", folder)
    assert result.exit_code == 0
    assert result.output.endswith("whole\n")
    damage(folder)
    result = run("verify", folder)
    assert result.exit_code == 1
    assert "DAMAGED: segment 1" in result.output
    assert "3 good records follow in that segment" in result.output


def test_repair_asks_then_sets_aside_and_cuts(folder: Path, journals: Journals) -> None:
    assert "nothing to repair" in run("repair", folder).output
    damaged = damage(folder)
    result = run("repair", folder)
    assert result.exit_code == 1
    assert "--accept-loss was not given" in result.output
    assert segment_path(folder, 1).read_bytes() == damaged
    result = run("repair", "--accept-loss", folder)
    assert result.exit_code == 0
    assert "5 records kept, 3 good records given up" in result.output
    [aside] = folder.glob("set-aside-*")
    assert (aside / "00000001.seg").read_bytes() == damaged
    assert run("verify", folder).exit_code == 0
    [told] = [orjson.loads(line) for line in run("cat", "--json", "--kind", "OPERATOR", folder).output.splitlines()]
    assert (told["event"], told["kept_records"], told["lost_records"]) == ("repair", 5, 3)
    assert (folder / told["set_aside"]) == aside
    writer = journals.open()
    # the two streams are named again at the start of each segment: the repair's and this one
    assert writer.sequence == 6 + 3 + 2
    writer.close()


def test_repair_never_lets_an_epoch_come_again(folder: Path, journals: Journals) -> None:
    """Ids are made of the epoch: those of the lost segments are known to venues, and must not be given again."""
    for _ in range(3):
        writer = journals.open()
        writer.append(0, kinds.STOP, b"{}", DAY, 1)
        writer.commit()
        writer.close()
    first = segment_path(folder, 1)
    first.write_bytes(b"FAIR" + bytes(200))
    last = segment_path(folder, 4)
    last.write_bytes(b"FAIR" + bytes(200))
    assert run("repair", "--accept-loss", folder).exit_code == 0
    assert run("verify", folder).exit_code == 0
    writer = journals.open()
    assert writer.epoch > 4 + 1
    writer.close()


def test_a_journal_without_its_beginning_is_set_aside_whole(folder: Path, journals: Journals) -> None:
    writer = journals.open()
    writer.append(0, kinds.STOP, b"{}", DAY, 1)
    writer.commit()
    writer.close()
    segment_path(folder, 1).unlink()
    result = run("verify", folder)
    assert result.exit_code == 1
    assert "the journal begins here with record 10, records 1 to 9 are missing" in result.output
    result = run("repair", "--accept-loss", folder)
    assert result.exit_code == 0
    assert "0 records kept, 3 good records given up" in result.output
    writer = journals.open()
    assert (writer.epoch, writer.streams) == (4, {})
    writer.close()


def blocks(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert data[length - 4 : length] == data[4:8]
        found.append((kind, data[8 : length - 4]))
        data = data[length:]
    return found


def ones_complement_sum(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_export_writes_a_capture(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.pcapng"
    result = run("export", "--session", "XBRK", "--to", target, folder)
    assert result.exit_code == 0
    assert "3 frames written" in result.output
    section, interface, *packets = blocks(target.read_bytes())
    assert section == (0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    assert interface[0] == 1
    assert interface[1][:2] == struct.pack("<H", 101)
    frames = []
    for kind, body in packets:
        _, high, low, captured, length = struct.unpack_from("<IIIII", body)
        assert (kind, captured) == (6, length)
        packet = body[20 : 20 + length]
        assert ones_complement_sum(packet[:20]) == 0xFFFF
        tcp = packet[20:]
        pseudo = packet[12:20] + struct.pack(">HH", 6, len(tcp))
        assert ones_complement_sum(pseudo + tcp + bytes(len(tcp) % 2)) == 0xFFFF
        frames.append((high << 32 | low, struct.unpack_from(">II", tcp, 4), tcp[20:]))
    masked = LOGON.replace(b"hunter2", b"*******").replace(b"top\x01se", b"******")
    first, second = 1 + len(LOGON), 1 + len(LOGON) + len(ORDER)
    assert frames == [
        (DAY + SECOND, (1, 1), masked),
        (DAY + 4 * SECOND, (first, 1), ORDER),
        (DAY + 5 * SECOND, (1, second), REPORT),
    ]


def test_seal_compresses_and_cat_reads_on(folder: Path, journals: Journals) -> None:
    before = kinds_shown(folder)
    for _ in range(2):
        writer = journals.open()
        writer.append(0, kinds.STOP, b"{}", DAY, 1)
        writer.commit()
        writer.close()
    result = run("seal", folder)
    assert "1 segments compressed" in result.output
    assert (folder / "00000001.seg.gz").exists()
    assert kinds_shown("--kind", "FRAME_OUT", folder) == [kind for kind in before if kind == "FRAME_OUT"]


def test_colour_is_for_terminals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in run("cat", folder).output
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("cat", folder).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("cat", folder).output


def test_a_terminal_stresses_what_a_message_says_over_its_envelope(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    line = run("cat", "--msg-type", "D", folder).output
    assert "\x1b[2mClOrdID(11)\x1b[0m\x1b[1m=A-1" in line
    assert "SenderCompID(49)=US|" in re.sub("\x1b\\[[0-9;]*m", "", line)
    assert "\x1b[1m=US" not in line


def test_an_event_without_text_is_its_name(journals: Journals) -> None:
    writer = journals.open()
    writer.append(0, kinds.SESSION_EVENT, b"\x09logged_on", DAY, 1)
    writer.commit()
    writer.close()
    assert run("cat", journals.folder).output.endswith(" logged_on\n")


def test_follow_ends_on_interrupt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fairlead.gateway.commands.journal.time.sleep", interrupt)
    result = run("cat", "-f", folder)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 9
