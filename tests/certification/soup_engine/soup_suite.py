"""Play the SP suite, or a part of it, against a SoupBinTCP engine."""

from typing import Any

from our_gateway import SECRET, STATUS_REQUEST, USERS

from fairlead.certification.cases import load_catalogue
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.runner import Plan, run_plan
from fairlead.certification.soup_engine.options import Credentials, SoupOptions
from fairlead.certification.soup_engine.subject import SoupSubject


def options_for(role: str, port: int, users: tuple[str, ...] = USERS, **changes: Any) -> SoupOptions:
    """Return options for an engine on this machine."""
    message = STATUS_REQUEST if role == "acceptor" else ""
    given: dict[str, Any] = {"message": message, "accounts": tuple(Credentials(user, SECRET) for user in users)}
    return SoupOptions("127.0.0.1", port, role, **(given | changes))


async def play(subject: SoupSubject, *ids: str) -> RunResult:
    """Play cases by their ids' beginnings, all without."""
    role = subject.options.engine_role
    cases = load_catalogue().choose("engine", "soup", role, ids)
    return await run_plan(Plan.of(cases, "soup", role), subject, seed=1)


def bad(run: RunResult) -> dict[str, str]:
    """Return what was neither pass nor unsupported at level must or should, with its complaint."""
    return {
        result.key: f"{result.verdict}: {result.complaint}"
        for result in run.results
        if result.level is not Level.OPTIONAL and result.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)
    }


def verdicts(run: RunResult) -> dict[str, str]:
    """Return verdicts by id and variant, without protocol and role."""
    return {
        " ".join([result.case_id, *map(str, result.variant.values())]): str(result.verdict) for result in run.results
    }
