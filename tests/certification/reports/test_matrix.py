"""Runs side by side: each case by subject, and from each cell to its detail."""

from pathlib import Path

from browser import needs_chromium, open_page, read_page
from click.testing import CliRunner, Result
from runs import hostile_run, make_result, make_run

from fairlead.certification.commands import certify
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.reports.run_page import run_page
from fairlead.certification.reports.subjects import Shown, matrix_markdown, matrix_page


def command(folder: Path, *options: str) -> Result:
    ours = make_run(subject="ours & co")
    other = make_run(
        [make_result("FS-2c"), make_result("MD01", Verdict.BLOCKED, protocol="itch", role="")], subject="other"
    )
    (folder / "ours.json").write_text(ours.to_json())
    (folder / "ours.html").write_text(run_page(ours), encoding="utf-8")
    (folder / "other.json").write_text(other.to_json())
    return CliRunner().invoke(certify, ["matrix", f"{folder}/ours.json", f"{folder}/other.json", *options])


def test_every_case_of_every_subject_is_there_and_links_where_it_can(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    assert command(tmp_path, "--html", f"{tmp_path}/pages/matrix.html").exit_code == 0
    page = read_page((tmp_path / "pages" / "matrix.html").read_text())
    for text in ("ours & co", "other", "FS-1S.a", "SX10", "MD01", "FIX 4.2 acceptor", "ITCH", "Market data"):
        assert text in page.text
    outside = {link for link in page.links if "#" in link}
    assert {link.partition("#")[0] for link in outside} == {"../ours.html"}
    ids = read_page((tmp_path / "ours.html").read_text()).ids
    assert {link.partition("#")[2] for link in outside} <= set(ids)
    assert len(outside) == 7


def test_cell_counts_variants_of_one_verdict() -> None:
    found = [make_result(variant={"n": n}) for n in range(3)] + [make_result(verdict=Verdict.FAIL, variant={"n": 3})]
    text = " ".join(read_page(matrix_page([Shown(make_run(found))])).text.split())
    assert "fail pass ×3" in text


def test_markdown_is_a_table_with_the_deviations(tmp_path: Path) -> None:
    assert command(tmp_path, "--markdown", f"{tmp_path}/matrix.md").exit_code == 0
    lines = (tmp_path / "matrix.md").read_text().splitlines()
    assert lines[0] == (
        "| case | title | ours \\& co, FIX 4.4 acceptor | ours \\& co, FIX 4.2 acceptor | other, FIX 4.4 acceptor "
        "| other, ITCH |"
    )
    assert lines[1] == "|---|---|---|---|---|---|"
    assert "| FS-2c | title of FS-2c | fail | fail | pass |  |" in lines
    assert "| MD01 itch | other | blocked | Heartbeat(0) received, expected Logon(A) in MD01 |" in lines


def test_hostile_texts_break_no_table() -> None:
    lines = matrix_markdown([Shown(hostile_run())]).splitlines()
    assert {line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines if line} == {4, 5}


def test_nothing_to_write_is_an_error(tmp_path: Path) -> None:
    told = command(tmp_path)
    assert told.exit_code == 2
    assert "give --html FILE or --markdown FILE" in told.output


@needs_chromium
def test_page_opens_in_chromium(tmp_path: Path) -> None:
    (tmp_path / "matrix.html").write_text(matrix_page([Shown(make_run()), Shown(hostile_run())]), encoding="utf-8")
    page, said = open_page(tmp_path / "matrix.html", tmp_path / "profile")
    assert said == []
    assert page.handlers == []
    assert "title of FS-2c" in page.text
    assert page.dead_anchors() == set()
