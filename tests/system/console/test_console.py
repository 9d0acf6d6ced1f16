"""A person at the console: every page shows what is, every control does what it says, by keys alone."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chromium import Tab, needs_chromium
from processes import until
from shown_floor import OLD_ORDERS, ShownFloor, log_in, secret_of, shown_floor

from fairlead.codecs.vocabulary.constants import OrdStatus

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]

ROWS = "[...document.querySelectorAll('.grid .row:not([hidden])')]"
PAGES = {
    "1": ("sessions", "venue:XEXC"),
    "2": ("orders", "MSFT"),
    "4": ("wire", "XEXC"),
    "6": ("risk", "max_open_orders"),
    "8": ("facts", "risk_refused"),
    "9": ("commands", "kill.engage"),
}
SHOTS = os.environ.get("FAIRLEAD_SCREENSHOTS", "")
"""A folder: pictures of the pages are written there."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShownFloor]:
    async with shown_floor(tmp_path_factory.mktemp("console")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def tab(shown: ShownFloor) -> AsyncIterator[Tab]:
    """Give sue's tab as if she had just come; whatever the browser complains about fails the test."""
    found = await shown.person()
    await found.value("window.isOld = true")
    await found.call("Page.reload")
    await found.until("!window.isOld && document.querySelector('#pages .chosen')")
    yield found
    assert found.problems == []


async def shoot(tab: Tab, name: str) -> None:
    if SHOTS:
        await tab.screenshot(Path(SHOTS) / f"console-{name}.png")


async def go_to(tab: Tab, key: str, name: str, text: str = "") -> None:
    await tab.press(key)
    await tab.until(f"document.querySelector('#go-{name}').classList.contains('chosen')")
    if text:
        await tab.until(f"{ROWS}.some((row) => row.innerText.includes({json.dumps(text)}))")


async def filter_by(tab: Tab, text: str) -> None:
    await tab.press("/")
    await tab.until("document.activeElement.id === 'line-input'")
    await tab.type(text)
    await tab.press("Enter")
    await tab.until(f"document.querySelector('#filter').innerText === {json.dumps('/' + text)}")


async def test_a_login_is_refused_and_taken(shown: ShownFloor) -> None:
    tab = await shown.browser.open()
    await tab.go(shown.url)
    await log_in(tab, "sue", "guessed")
    await tab.until_text("#problem", "not this operator's secret")
    await tab.value("document.querySelector('#login').reset()")
    # the refusal is the one complaint
    assert len(tab.problems) == 1
    assert "401" in tab.problems[0]
    await log_in(tab, "sue", secret_of("sue"))
    await tab.until_text("#head-who", "sue")
    await tab.until_text("#head-gateway", "up")
    await tab.until("document.querySelector('#pages .chosen')")
    assert await tab.value("document.querySelector('#head-name').innerText") == "under-test"
    await tab.press(":")
    await tab.type("logout")
    await tab.press("Enter")
    await tab.until("document.querySelector('#login')")
    assert len(tab.problems) == 1


async def test_every_page_shows_its_rows(tab: Tab) -> None:
    for key, (name, text) in PAGES.items():
        await go_to(tab, key, name, text)
        await shoot(tab, name)
    await tab.press("5")
    await tab.until("document.querySelectorAll('.histogram .bar').length > 2")
    await shoot(tab, "latency")
    await tab.press("0")
    await tab.until_text(".grid", "Nothing waits for a second person.")
    await tab.press("?")
    await tab.until_text("dialog", "choose a row")


async def test_the_blotter_holds_all_orders_and_draws_few(tab: Tab) -> None:
    await go_to(tab, "2", "orders", "MSFT")
    await tab.until(f"Number(document.querySelector('.grid-body').getAttribute('aria-rowcount')) > {OLD_ORDERS}")
    await tab.press("End")
    await tab.until(f"{ROWS}.some((row) => row.innerText.includes('OLD-0'))")
    assert await tab.value(f"{ROWS}.length") < 100
    await filter_by(tab, "OLD-77")
    await tab.until(f"{ROWS}.length === 1 && {ROWS}[0].innerText.includes('OLD-77')")


async def test_an_order_opens_with_its_life_and_frames_and_no_text_is_html(tab: Tab) -> None:
    await go_to(tab, "2", "orders", "MSFT")
    await filter_by(tab, "<b>bold</b>")
    await tab.until(f"{ROWS}.length === 1 && {ROWS}[0].innerText.includes('<b>bold</b>')")
    await tab.press("Enter")
    await tab.until_text("#detail", "accepted")
    await tab.until("document.querySelectorAll('#detail details').length >= 4")
    assert not await tab.value("document.querySelector('#detail b, .grid b')")
    await shoot(tab, "order")


async def test_frames_of_an_order_are_found(tab: Tab) -> None:
    await tab.press(":")
    await tab.type("wire <b>bold</b> type=D")
    await tab.press("Enter")
    await tab.until(f"{ROWS}.length === 1 && /XBRK[^]*NewOrderSingle/.test({ROWS}[0].innerText)")
    await tab.press("Enter")
    await tab.until("document.querySelectorAll('#detail table tr').length > 5")


async def test_an_order_is_cancelled(shown: ShownFloor, tab: Tab) -> None:
    assert shown.alpha is not None
    order = shown.alpha.new_order("buy", 10, "IBM", price="1.00", venue="XEXC", cl_ord_id="CANCEL-ME")
    await until(lambda: order.ord_status is OrdStatus.NEW, "the order")
    await go_to(tab, "2", "orders", "MSFT")
    await filter_by(tab, "CANCEL-ME")
    await tab.until(f"{ROWS}.length === 1 && {ROWS}[0].innerText.includes('CANCEL-ME')")
    await tab.press("x")
    await tab.fill("reason", "asked for by the desk")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "Done")
    await tab.close_dialog()
    await until(lambda: order.ord_status is OrdStatus.CANCELED, "the cancel")
    await tab.until(f"{ROWS}[0].innerText.includes('canceled')")


async def test_a_venue_is_logged_out_alerts_and_comes_back(shown: ShownFloor, tab: Tab) -> None:
    await go_to(tab, "1", "sessions", "venue:XBRK")
    await tab.press("Home")
    await tab.until(f"{ROWS}.find((row) => row.classList.contains('chosen')).innerText.includes('XBRK')")
    await tab.press("l")
    await tab.fill("reason", "asked for by the venue")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "held=by operator sue")
    await tab.close_dialog()
    assert not shown.floor.venues["XBRK"].is_logged_on
    await tab.until_text("#head-alert", "SessionDown")
    await go_to(tab, "3", "alerts", "SessionDown")
    await shoot(tab, "alerts")
    await tab.press("a")
    await tab.fill("note", "calling the venue")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "calling the venue")
    await tab.close_dialog()
    await tab.until(f"{ROWS}.some((row) => row.innerText.includes('sue'))")
    await go_to(tab, "1", "sessions", "venue:XBRK")
    await tab.press("c")
    await tab.fill("reason", "the venue is ready")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "Done")
    await tab.close_dialog()
    await until(lambda: shown.floor.venues["XBRK"].is_logged_on, "the venue back")


async def test_an_incident_is_opened_noted_and_restored(tab: Tab) -> None:
    await go_to(tab, "i", "incidents")
    await tab.press("o")
    await tab.fill("title", "the desk hears nothing of XBRK")
    await tab.fill("scope", "strategy:beta")
    await tab.fill("reason", "told by telephone")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "done")
    await tab.close_dialog()
    await filter_by(tab, "hears")
    await tab.until(f"{ROWS}.length === 1 && {ROWS}[0].innerText.includes('open')")
    for key, name, text in (("n", "text", "called the venue"), ("m", "reason", "mine"), ("x", "reason", "it speaks")):
        await tab.press(key)
        await tab.fill(name, text)
        await tab.press("Enter")
        await tab.until_text("dialog .receipt", "done")
        await tab.close_dialog()
        await tab.until_text("#detail", text)
    await tab.until(f"{ROWS}[0].innerText.includes('restored') && {ROWS}[0].innerText.includes('sue')")


async def test_a_connection_is_closed_and_made_anew(shown: ShownFloor, tab: Tab) -> None:
    await go_to(tab, "1", "sessions", "venue:XBRK")
    await filter_by(tab, "venue:XBRK")
    await tab.until(f"{ROWS}.length === 1 && {ROWS}[0].innerText.includes('logged on')")
    await tab.press("d")
    await tab.fill("reason", "the line hangs")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "Done")
    await tab.close_dialog()
    await until(lambda: shown.floor.venues["XBRK"].is_logged_on, "the venue back")
    await tab.until(f"{ROWS}[0].innerText.includes('logged on')")


async def test_a_silence_is_made_and_ended(tab: Tab) -> None:
    await tab.press("3")
    await tab.press("s")
    await tab.fill("alert", "RepeatTrip")
    await tab.fill("labels", "strategy=beta")
    await tab.fill("reason", "a drill")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "in force")
    await tab.close_dialog()
    await tab.until_text(".above", "a drill")
    await tab.value("document.querySelector('.above button').click()")
    await tab.until_text(".above", "Nothing is silenced.")


async def test_any_command_has_a_form(tab: Tab) -> None:
    await tab.press(":")
    await tab.type("orders.list strategy=nobody")
    await tab.press("Enter")
    await tab.until("document.querySelector('dialog input[name=\"argument strategy\"]')?.value === 'nobody'")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "left_out")


async def test_a_limit_is_lowered(tab: Tab) -> None:
    await go_to(tab, "6", "risk", "max_open_orders")
    await tab.press("e")
    for name, text in {"row": "firm", "parameter": "max_open_orders", "value": "499", "reason": "smaller"}.items():
        await tab.fill(name, text)
    await tab.press("Enter")
    await tab.until_text("dialog .preview", "499")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "Done")
    await tab.close_dialog()
    await tab.until(f"{ROWS}.some((row) => row.innerText.includes('499'))")


async def test_a_kill_wants_its_scope_typed_and_two_people_end_it(shown: ShownFloor, tab: Tab) -> None:
    assert shown.alpha is not None
    order = shown.alpha.new_order("buy", 10, "IBM", price="1.00", venue="XEXC")
    await until(lambda: order.ord_status is OrdStatus.NEW, "the order")
    await tab.press("7")
    await tab.press("K")
    await tab.fill("symbol", "IBM")
    await tab.fill("reason", "runaway quoting")
    await tab.press("Enter")
    await tab.until_text("dialog .preview", "1 open order")
    scope = (await tab.value("document.querySelector('dialog .preview .large').innerText")).split("scope: ")[1]
    await tab.fill("confirm", "everything else")
    await tab.press("Enter")
    await tab.until_text("dialog .problem", "expected")
    assert order.ord_status is OrdStatus.NEW
    await tab.fill("confirm", scope)
    await shoot(tab, "kill")
    await tab.press("Enter")
    await tab.until_text("dialog .progress", "done")
    await tab.close_dialog()
    await until(lambda: order.ord_status is OrdStatus.CANCELED, "the order dead")
    await tab.until_text("#head-kill", "IBM")
    await tab.until(f"{ROWS}.some((row) => row.innerText.includes('runaway quoting'))")
    await tab.press("r")
    await tab.fill("reason", "found and mended")
    await tab.press("Enter")
    await tab.until_text("dialog .receipt", "another person")
    await tab.close_dialog()

    rob = await shown.person("rob")
    await go_to(rob, "0", "waiting", "kill.release")
    await rob.press("a")
    await rob.fill("reason", "agreed with sue")
    await rob.press("Enter")
    await rob.until_text("dialog .receipt", "Done")
    await tab.until_text("#head-kill", "none")
    assert rob.problems == []


async def test_light_and_dark(tab: Tab) -> None:
    before = await tab.value("document.documentElement.dataset.theme")
    await tab.press("t")
    await tab.until(f"document.documentElement.dataset.theme !== {json.dumps(before)}")
    await go_to(tab, "4", "wire", "ExecutionReport")
    await shoot(tab, "other-theme")
    await tab.press("t")
