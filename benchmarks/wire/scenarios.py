"""The comparisons that `make bench` makes: those of the limits in docs/benchmarks.md."""

from typing import Final

from benchmarks.wire.harness import Load
from benchmarks.wire.rounds import Scenario
from benchmarks.wire.setup import Setup
from benchmarks.wire.subjects import (
    FAIRLEAD,
    FAIRLEAD_POLLING,
    FLOOR,
    FLOOR_SPINNING,
    QUICKFIX_FILE,
    QUICKFIX_MEMORY,
    SIMPLEFIX,
    UVLOOP,
)

_PEERS: Final = (UVLOOP, QUICKFIX_MEMORY, QUICKFIX_FILE, SIMPLEFIX)
_FIX: Final = Setup("fix44", "fix44")
_BINARY: Final = Setup("binary", "ouch50")
_ONE: Final = Load(most_s=2.5)
_MANY: Final = Load(orders=200_000, warm_up=10_000, window=64, most_s=2.5)

SCENARIOS: Final = {
    scenario.name: scenario
    for scenario in (
        Scenario("fix-one", _FIX, _ONE, "two", (FLOOR_SPINNING, FLOOR, FAIRLEAD_POLLING, FAIRLEAD, QUICKFIX_MEMORY)),
        Scenario("binary-one", _BINARY, _ONE, "two", (FLOOR_SPINNING, FAIRLEAD_POLLING, FAIRLEAD)),
        Scenario("fix-shared", _FIX, _ONE, "one", (FLOOR, FAIRLEAD, *_PEERS), harness_spins=False),
        Scenario("fix-many", _FIX, _MANY, "two", (FLOOR, FLOOR_SPINNING, FAIRLEAD_POLLING, FAIRLEAD, QUICKFIX_MEMORY)),
        Scenario("fix-many-singly", _FIX.but(singly=True), _MANY, "two", (FLOOR, FAIRLEAD_POLLING, QUICKFIX_MEMORY)),
        Scenario("binary-many", _BINARY, _MANY, "two", (FLOOR, FAIRLEAD_POLLING, FAIRLEAD)),
    )
}
