"""Call the kill commands as the control socket would."""

from typing import Any

from kill_bench import KillBench

from fairlead.gateway.control.commands import ControlCommands, ControlRequest
from fairlead.gateway.kill.commands import KillCommands


class Desk:
    """Hold the commands over a bench."""

    def __init__(self, bench: KillBench) -> None:
        self.bench = bench
        self.commands = ControlCommands()
        KillCommands(bench.switch, bench.path).register(self.commands)

    def call(self, name: str, *, operator: str = "ann", approver: str = "", **arguments: Any) -> dict[str, Any]:
        command = self.commands.by_name[f"kill.{name}"]
        checked = command.arguments.model_validate(arguments)
        return dict(command.handler(ControlRequest(operator, approver, "runaway", checked, *self.bench.times)))
