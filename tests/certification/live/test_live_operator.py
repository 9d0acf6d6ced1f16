"""What a person types, and what comes of it."""

import asyncio
import os
import pty
from pathlib import Path

import pytest

from fairlead.certification.live.configuration import LiveError
from fairlead.certification.live.operator import (
    HELP,
    Answer,
    Keyboard,
    Question,
    TypingOperator,
    WrittenOperator,
)

QUESTION = Question("EX06 fix44", "step 4 venue.expire A", "buy 300 AAPL at 10, id 7: let it expire")


async def _typed(text: str, timeout_s: float = 60) -> tuple[Answer, str]:
    """Answer at a terminal."""
    master, slave = pty.openpty()
    told: list[str] = []
    with os.fdopen(slave, encoding="utf-8") as stream:
        os.write(master, text.encode())
        answer = await TypingOperator(Keyboard(stream), told.append).ask(QUESTION, timeout_s)
        asyncio.get_running_loop().remove_reader(stream.fileno())
    os.close(master)
    return answer, "\n".join(told)


async def test_what_is_typed_is_kept() -> None:
    answer, told = await _typed("done expired at 14:03\n")
    assert answer == Answer("done", "expired at 14:03", ["done expired at 14:03"])
    assert "EX06 fix44, step 4 venue.expire A" in told
    assert "buy 300 AAPL at 10, id 7: let it expire" in told
    assert HELP in told
    assert (await _typed("skip\n"))[0] == Answer("skip", "", ["skip"])
    assert (await _typed("FAIL it was cancelled\n"))[0] == Answer("fail", "it was cancelled", ["FAIL it was cancelled"])


async def test_nonsense_is_asked_again_and_kept() -> None:
    answer, told = await _typed("what?\n\ndone\n")
    assert answer == Answer("done", "", ["what?", "", "done"])
    assert f"'what?' is no answer, expected {HELP}" in told


async def test_nothing_but_nonsense_ends_the_question() -> None:
    answer, _ = await _typed("a\nb\nc\nd\ne\nf\n")
    assert (answer.outcome, answer.typed) == ("timeout", ["a", "b", "c", "d", "e"])
    assert "5 answers that were none" in answer.text


async def test_nobody_answers() -> None:
    answer, told = await _typed("hm\n", timeout_s=0.2)
    assert answer == Answer("timeout", "no answer within 0.2 s", ["hm"])
    assert "the case is blocked" in told


async def test_a_target_is_confirmed_by_typing_it() -> None:
    class Lines:
        def forget(self) -> None:
            pass

        async def line(self) -> str:
            return "uat.example.com:9876\n"

    operator = TypingOperator(Lines(), lambda text: None)
    assert await operator.confirm("uat.example.com:9876")
    assert not await operator.confirm("uat.example.com:9877")


def test_a_terminal_outlives_the_loop_in_which_the_target_is_confirmed() -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stream:
        operator = TypingOperator(Keyboard(stream), lambda text: None)
        os.write(master, b"h:1\n")
        assert asyncio.run(operator.confirm("h:1"))
        os.write(master, b"done\n")
        assert asyncio.run(operator.ask(QUESTION, 60)).outcome == "done"
    os.close(master)


async def test_what_was_typed_before_a_question_does_not_answer_it() -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stream:
        keyboard, told = Keyboard(stream), list[str]()
        operator = TypingOperator(keyboard, told.append)
        os.write(master, b"done\ndone twice\n")
        assert (await operator.ask(QUESTION, 60)).text == ""
        async with asyncio.timeout(60):
            while keyboard.waiting == 0:
                await asyncio.sleep(0)
        asking = asyncio.create_task(operator.ask(QUESTION, 60))
        while told[-1] != "> " or len(told) < 4:
            await asyncio.sleep(0)
        os.write(master, b"skip\n")
        assert (await asking).outcome == "skip"
        asyncio.get_running_loop().remove_reader(stream.fileno())
    os.close(master)


async def test_written_answers_are_used_once_and_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    first = '[[answers]]\ncase = "EX06"\nanswer = "done seen"\n'
    second = '[[answers]]\ncase = "EX06 fix44"\nstep = "expire"\nanswer = "skip"\n'
    path.write_text(f'confirm = "h:1"\n{first}{second}')
    operator = WrittenOperator(path, lambda text: None)
    assert operator.lacks([QUESTION, QUESTION]) == []
    assert operator.lacks([QUESTION] * 3) == [QUESTION]
    assert [(await operator.ask(QUESTION, 1)).outcome for _ in range(3)] == ["done", "skip", "timeout"]
    assert (await operator.confirm("h:1"), await operator.confirm("h:2")) == (True, False)


def test_an_answers_file_tells_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('who = 1\n[[answers]]\ncase = "A"\nanswer = "perhaps"\n[[answers]]\nanswer = "done"\n')
    with pytest.raises(LiveError) as caught:
        WrittenOperator(path, lambda text: None)
    for part in (
        "who: no such key",
        "answers[1].answer: 'perhaps' received, expected done",
        "answers[2]: answer received",
    ):
        assert part in str(caught.value)
