"""Ask a person to have the venue's desk do something, and take what the person types: at a terminal, or from a file."""

from __future__ import annotations

import asyncio
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from fairlead.certification.live.configuration import LiveError

WORDS = {"done": "it was asked for; behind it, what was seen", "skip": "it can't be had", "fail": "it went wrong"}
HELP = "done [what was seen] | skip [why] | fail [what was seen]"
MOST_NONSENSE = 5


@dataclass(slots=True)
class Answer:
    """What a person said: ``outcome`` is done, skip, fail or timeout; ``typed`` is every line as it was typed."""

    outcome: str
    text: str = ""
    typed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, for which result and step, in the words of the case."""

    key: str
    step: str
    text: str


class Operator(Protocol):
    """A person, or the answers that one has written down."""

    async def ask(self, question: Question, timeout_s: float) -> Answer:
        """Put a question and return the answer."""

    async def confirm(self, target: str) -> bool:
        """Tell whether the target was typed."""


def read_answer(line: str) -> Answer | None:
    """Return the answer that a line is, None for nonsense. An empty line is none: it is too easily typed."""
    word, _, text = line.strip().partition(" ")
    return Answer(word.lower(), text.strip()) if word.lower() in WORDS else None


class LineSource(Protocol):
    """Where typed lines come from."""

    def forget(self) -> None:
        """Forget lines that were typed before anything was asked."""

    async def line(self) -> str:
        """Return the next line; an empty text at the end."""


class Keyboard:
    """Lines of a terminal, read as they come and never in another thread, so that a question can end without one."""

    def __init__(self, stream: TextIO = sys.stdin) -> None:
        self._stream = stream
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        """Return how many lines nobody has taken."""
        return self._lines.qsize()

    def forget(self) -> None:
        """Forget lines that were typed before anything was asked: they would answer another question."""
        while not self._lines.empty():
            self._lines.get_nowait()

    async def line(self) -> str:
        """Return the next line."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # a target is confirmed in a loop of its own
            self._loop, self._lines = loop, asyncio.Queue()
            loop.add_reader(self._stream.fileno(), self._read)
        return await self._lines.get()

    def _read(self) -> None:
        line = self._stream.readline()
        if not line:
            asyncio.get_running_loop().remove_reader(self._stream.fileno())
        self._lines.put_nowait(line)


class TypingOperator:
    """A person at a terminal: questions go to stderr, so that a report on stdout stays a report."""

    def __init__(self, lines: LineSource, tell: Callable[[str], None]) -> None:
        self._lines = lines
        self._tell = tell

    async def ask(self, question: Question, timeout_s: float) -> Answer:
        """Ask until the answer is one, or its time is over."""
        self._tell(f"\n{question.key}, {question.step}\n  {question.text}\n  {HELP}")
        typed: list[str] = []
        self._lines.forget()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer(typed)
        except TimeoutError:
            self._tell(f"  no answer within {timeout_s:g} s: the case is blocked")
            return Answer("timeout", f"no answer within {timeout_s:g} s", typed)

    async def _answer(self, typed: list[str]) -> Answer:
        while True:
            self._tell("> ")
            line = await self._lines.line()
            if not line:
                return Answer("timeout", "the terminal was closed", typed)
            typed.append(line.rstrip("\n"))
            answer = read_answer(line)
            if answer is not None:
                answer.typed = typed
                return answer
            if len(typed) >= MOST_NONSENSE:
                return Answer("timeout", f"{len(typed)} answers that were none, expected {HELP}", typed)
            self._tell(f"  {line.strip()[:60]!r} is no answer, expected {HELP}")

    async def confirm(self, target: str) -> bool:
        """Have the target typed."""
        self._tell(f"Orders will be sent to {target}. Type {target} to go on:\n> ")
        return (await self._lines.line()).strip() == target


@dataclass(slots=True)
class _Written:
    case: str
    step: str
    answer: str
    is_used: bool = False

    def fits(self, question: Question) -> bool:
        """Tell whether it is for a question: its case begins the key, and its step is in the step's words."""
        is_case = question.key == self.case or question.key.startswith(f"{self.case} ")
        return is_case and self.step in question.step


class WrittenOperator:
    """Answers of a file, for rehearsals and for runs that nobody watches. Each is used once, in the file's order."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        """Read the file. Raises LiveError."""
        self._path = path
        self._tell = tell
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise LiveError(f"{path} can't be read: {error}") from error
        self._confirm = str(raw.get("confirm", ""))
        self._written = []
        mistakes = [
            f"{key}: no such key, expected confirm and answers" for key in raw if key not in ("confirm", "answers")
        ]
        for number, table in enumerate(raw.get("answers", []), 1):
            strange = [key for key in table if key not in ("case", "step", "answer")]
            if strange or "case" not in table or "answer" not in table:
                mistakes.append(f"answers[{number}]: {', '.join(table)} received, expected case, answer, perhaps step")
                continue
            if read_answer(str(table["answer"])) is None:
                mistakes.append(f"answers[{number}].answer: {table['answer']!r} received, expected {HELP}")
            self._written.append(_Written(str(table["case"]), str(table.get("step", "")), str(table["answer"])))
        if mistakes:
            raise LiveError("\n".join(f"{path}: {mistake}" for mistake in mistakes))

    async def ask(self, question: Question, timeout_s: float) -> Answer:
        """Return the first unused answer whose case begins the key, and whose step is in the step's words."""
        for written in self._written:
            if written.fits(question) and not written.is_used:
                written.is_used = True
                self._tell(f"{question.key}, {question.step}: {question.text}\n> {written.answer}")
                answer = read_answer(written.answer)
                assert answer is not None
                answer.typed = [written.answer]
                return answer
        return Answer("timeout", f"{self._path} has no answer for it")

    def lacks(self, questions: Iterable[Question]) -> list[Question]:
        """Return the questions that the file has no answer for, going through them in their order."""
        unused = list(self._written)
        missing = []
        for question in questions:
            found = next((each for each in unused if each.fits(question)), None)
            if found is None:
                missing.append(question)
            else:
                unused.remove(found)
        return missing

    async def confirm(self, target: str) -> bool:
        """Tell whether the file confirms the target."""
        return self._confirm == target


class NoOperator:
    """Nobody: a plan with questions is refused before it begins."""

    async def ask(self, question: Question, timeout_s: float) -> Answer:
        """Return that there is nobody."""
        return Answer("timeout", "nobody is there: answers are taken from a terminal, or from --answers FILE")

    async def confirm(self, target: str) -> bool:
        """Tell that nobody has typed anything."""
        return False
