"""The page of a run shows everything, links to what is there, and runs nothing that a peer sent."""

from pathlib import Path

import pytest
from browser import needs_chromium, open_page, read_page
from hypothesis import given
from hypothesis import strategies as st
from runs import HOSTILE, hostile_run, make_result, make_run

from fairlead.certification.model.results import FieldRecord, StepRecord, WireRecord
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.reports.printable import hex_rows, pieces, printable
from fairlead.certification.reports.run_page import anchor, lay_out, run_page
from fairlead.certification.reports.words import in_reading_order

EVERYTHING = (
    "a stand-in as acceptor",
    "1.15",
    "Linux x86_64, Python 3.11",
    "failed: 2 of 8",
    "2026-11-28T19:00:00Z",
    "title of FS-2c",
    "Answers the Logon.",
    "Without an answer nobody trades.",
    "FIX session layer 2a",
    "Heartbeat(0) received, expected Logon(A) in FS-2c",
    "a Logout came after the Reject",
    "the subject has no passwords",
    "cut rst, n 2",
    "peer.send Logon",
    "EncryptMethod(98)",
    "expected 0",
    "0.001235",
    "2.5 ms, 30.0 s by the subject's clock",
    "fairlead certify engine 127.0.0.1:9 --only FS-2c --seed 1",
    "8=FIX.4.4|9=5|35=A|10=000|",
)


def make_page() -> str:
    waiver = {"owner": "Jane", "reason": "ticket 4711", "expires": "2026-12-31"}
    run = make_run()
    run.results[1].waiver = waiver
    run.results.append(make_result("FS-2d", Verdict.FAIL))
    return run_page(run)


def test_page_shows_everything_without_a_script() -> None:
    page = read_page(make_page())
    assert [text for text in EVERYTHING if text not in page.text] == []
    assert "waived by Jane until 2026-12-31: ticket 4711" in page.text
    assert page.dead_anchors() == set()
    assert len(set(page.ids)) == len(page.ids)


def test_page_loads_nothing() -> None:
    page = read_page(make_page())
    assert page.sources == []
    assert [link for link in page.links if not link.startswith("#")] == []
    assert not {"link", "img", "iframe", "object"} & set(page.tags)


def test_every_result_can_be_linked_to() -> None:
    run = make_run()
    page = read_page(run_page(run))
    assert {anchor(result.key) for result in run.results} <= set(page.ids)
    assert anchor(run.results[-1].key) == "SX10/fix44/acceptor/cut=rst,n=2"


@given(st.lists(st.text() | st.text(alphabet="FS-1²2")))
def test_any_ids_can_be_sorted(ids: list[str]) -> None:
    assert sorted(sorted(ids, key=in_reading_order)) == sorted(ids)


@given(st.text(), st.text())
def test_anchors_differ_where_keys_do(one: str, other: str) -> None:
    assert (anchor(one) == anchor(other)) is (one == other)
    assert not set(anchor(one)) & set(" \"'<>&#")


@needs_chromium
def test_page_opens_in_chromium(tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(make_page(), encoding="utf-8")
    page, said = open_page(tmp_path / "run.html", tmp_path / "profile")
    assert said == []
    assert [text for text in EVERYTHING if text not in page.text] == []
    assert page.dead_anchors() == set()


@needs_chromium
def test_link_to_a_case_opens_it(tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(run_page(make_run([make_result("FS-1"), make_result("FS-2")])), encoding="utf-8")
    key = make_result("FS-2").key
    closed, _ = open_page(tmp_path / "run.html", tmp_path / "profile")
    opened, _ = open_page(tmp_path / "run.html", tmp_path / "profile", anchor(key))
    assert (closed.open_cases, opened.open_cases) == ([], [anchor(key)])


@needs_chromium
def test_script_of_the_page_runs_and_a_peers_does_not(tmp_path: Path) -> None:
    html = run_page(hostile_run()).replace("<main>", "<main><script>document.title = 'taken'</script>")
    (tmp_path / "run.html").write_text(html, encoding="utf-8")
    page, said = open_page(tmp_path / "run.html", tmp_path / "profile")
    # the one that was put in by hand is refused by the page's policy; the page's own has shown its tools
    assert len(said) == 1
    assert "Content Security Policy" in said[0]
    assert not page.text.strip().startswith("taken")
    assert page.tags.count("script") == 2
    assert not {"img"} & set(page.tags)
    assert page.handlers == []
    assert printable(HOSTILE) in page.text


def test_cases_stand_in_the_order_in_which_people_count() -> None:
    ids = ["OE10", "FS-14a", "OE02", "FS-2t", "MD01", "FS-2a", "FS-1S.a", "FS-1B.d"]
    text = read_page(run_page(make_run([make_result(case_id) for case_id in ids]))).text
    places = [text.index(f"title of {case_id}") for case_id in sorted(ids, key=in_reading_order)]
    assert sorted(ids, key=in_reading_order) == [
        "FS-1B.d", "FS-1S.a", "FS-2a", "FS-2t", "FS-14a", "OE02", "OE10", "MD01",
    ]  # fmt: skip
    assert places == sorted(places)


USUAL = set(read_page(run_page(make_run([make_result("FS-1", Verdict.FAIL)]))).tags)


@given(st.text())
def test_any_text_stays_a_text(text: str) -> None:
    wire = WireRecord(0, text, text, text, text, [FieldRecord(text, text, text, text, text)], text)
    step = StepRecord(1, text, 0, Verdict.FAIL, text, 0, 1)
    result = make_result(
        "FS-1", Verdict.FAIL, title=text, complaint=text, variant={text: text}, wire=[wire], steps=[step]
    )
    page = read_page(run_page(make_run([result], subject=text)))
    assert set(page.tags) <= USUAL | {"details", "code", "pre", "span"}
    assert page.handlers == []
    assert page.dead_anchors() == set()
    assert printable(text) in page.text


@given(st.text())
def test_printable_text_holds_nothing_that_is_obeyed(text: str) -> None:
    shown = printable(text)
    assert shown == "" or shown.isprintable()
    assert "".join(part for _, part in pieces(text)).isascii()


def test_bytes_are_shown_by_their_numbers() -> None:
    assert list(pieces("35=0\x01\x00\xffA")) == [("text", "35=0"), ("soh", "|"), ("byte", "\\x00\\xff"), ("text", "A")]


def test_what_is_mostly_no_text_is_shown_as_bytes() -> None:
    assert hex_rows("8=FIX.4.4\x019=5\x01") == []
    assert hex_rows("\x00\x05+ABCD" + "\x00" * 10)[0] == (
        "0000",
        "00 05 2b 41 42 43 44 00 00 00 00 00 00 00 00 00",
        "..+ABCD.........",
    )


@given(st.binary())
def test_bytes_shown_are_all_bytes(data: bytes) -> None:
    rows = hex_rows(data.decode("latin-1"))
    assert not rows or bytes.fromhex("".join(shown for _, shown, _ in rows)) == data


def make_wire(count: int) -> list[WireRecord]:
    return [WireRecord(number, "in", "session", str(number)) for number in range(count)]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], [(None, "012")]),
        ([(0, 1), (1, 3)], [(1, "0"), (2, "12")]),
        ([(1, 2)], [(None, "0"), (1, "1"), (None, "2")]),
        ([(0, 3), (1, 2)], [(1, "02"), (2, "1")]),
        ([(0, 0), (1, 1)], [(1, ""), (None, "0"), (2, ""), (None, "12")]),
    ],
)
def test_wire_lies_beside_the_step_during_which_it_crossed(
    ranges: list[tuple[int, int]], expected: list[tuple[int | None, str]]
) -> None:
    steps = [StepRecord(number, "s", 0, wire_from=a, wire_to=b) for number, (a, b) in enumerate(ranges, 1)]
    blocks = lay_out(make_result(steps=steps, wire=make_wire(3)))
    shown = [(b.step.number if b.step else None, "".join(record.kind for record in b.wire)) for b in blocks]
    assert shown == expected


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6))), st.integers(0, 6))
def test_no_message_is_lost_or_shown_twice(ranges: list[tuple[int, int]], count: int) -> None:
    starts = sorted(start for start, _ in ranges)
    steps = [
        StepRecord(n, "s", 0, wire_from=a, wire_to=b) for n, (a, (_, b)) in enumerate(zip(starts, ranges, strict=True))
    ]
    blocks = lay_out(make_result(steps=steps, wire=make_wire(count)))
    assert sorted(record.at_ns for block in blocks for record in block.wire) == list(range(count))


def test_many_messages_are_cut_short_in_the_middle() -> None:
    step = StepRecord(1, "peer.flood", 0, wire_from=0, wire_to=1000)
    text = read_page(run_page(make_run([make_result(steps=[step], wire=make_wire(1000))]))).text
    assert "800 messages are not shown here; the JSON file has them." in text
    shown = {line for line in map(str.strip, text.splitlines()) if line}
    assert any(line.endswith("149session") for line in shown)
    assert any(line.endswith("950session") for line in shown)
    assert not any(line.endswith(("150session", "949session")) for line in shown)
