"""MoldUDP64 over real UDP multicast between network namespaces, through 5 % loss, duplication, reordering and skew.

The publisher and the relay in the middle have wire code of their own. Loss is the relay's and not the kernel's netem,
which many kernels are built without.
"""

import json
from typing import Any

import pytest
from network import PUBLISHER_ADDRESS, SUBSCRIBER_ADDRESS, WEATHER_ADDRESSES, Network, read_line

GROUPS = ("239.77.0.1", "239.77.0.2")
PORT, REQUEST_PORT = 26477, 26478
MESSAGES = 20_000


def run(network: Network, weather: list[tuple[float, ...]], buffer_bytes: int = 4 << 20) -> dict[str, Any]:
    """Send the stream through; return what the subscriber tells, with what the relay lost."""
    lines = [value for group, line in zip(GROUPS, weather, strict=True) for value in (group, *line)]
    relay = network.start("wx", "weather.py", 7, *WEATHER_ADDRESSES, PORT, *lines)
    subscriber = network.start(
        "sub", "subscriber.py", SUBSCRIBER_ADDRESS, *GROUPS, PORT, PUBLISHER_ADDRESS, REQUEST_PORT, buffer_bytes
    )
    publisher = network.start("pub", "publisher.py", MESSAGES, 3, PUBLISHER_ADDRESS, *GROUPS, PORT, REQUEST_PORT)
    assert publisher.stdin is not None and relay.stdin is not None
    print("go", file=publisher.stdin, flush=True)
    digest = read_line(publisher.stdout)
    told: dict[str, Any] = json.loads(read_line(subscriber.stdout))
    relay.stdin.close()
    told["lost by the relay"] = [int(count) for count in read_line(relay.stdout).split()]
    told["is equal"] = told["digest"] == digest
    return told


@pytest.mark.parametrize(
    ("name", "weather"),
    [
        ("fair", [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)]),
        ("both lines bad, B late by 8 ms", [(0.05, 0.05, 0.1, 0.0), (0.05, 0.05, 0.1, 8.0)]),
        ("line B dead", [(0.05, 0.05, 0.1, 0.0), (1.0, 0.0, 0.0, 0.0)]),
    ],
)
def test_each_message_once_and_equal_to_the_loss_free_stream(
    network: Network, name: str, weather: list[tuple[float, ...]]
) -> None:
    told = run(network, weather)
    assert told["problems"] == []
    assert (told["lost"], told["delivered"]) == ([], MESSAGES)
    assert told["is equal"]
    a, b, recovery = told["lines"]
    assert a["messages"] + b["messages"] + recovery["messages"] == MESSAGES
    assert told["kinds"]["SESSION_ENDED"] == 1
    if name == "fair":
        assert told["lost by the relay"] == [0, 0]
    if name == "line B dead":
        assert b["packets"] == 0
        assert recovery["messages"] > 0 and told["requests"] > 0
    if name.startswith("both"):
        assert min(told["lost by the relay"]) > 50
        assert b["messages"] > 0, "line B never filled a gap of line A"


def test_what_the_kernel_drops_is_told_and_had_again(network: Network) -> None:
    told = run(network, [(0.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)], buffer_bytes=2048)
    assert told["is equal"] and told["lost"] == []
    if told["lines"][0]["dropped"] == 0:
        pytest.skip("the machine was fast enough for a receive buffer of 2 KiB")
    assert told["kinds"]["PACKETS_DROPPED"] >= 1
    assert told["lines"][2]["messages"] > 0
