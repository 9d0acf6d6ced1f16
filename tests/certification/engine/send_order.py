"""Have a strategy send one order to a venue: `python send_order.py JSON_PORT VENUE`; 1 where it is refused."""

import sys

from gateway_engine import SECRET

from fairlead.client import SyncClient

REFUSAL_WITHIN_S = 1.0
"""A refusal comes at once; an order that goes to the venue waits for the venue's word."""


def main(port: str, venue: str) -> int:
    with SyncClient("127.0.0.1", int(port), f"desk-{venue}", SECRET, from_seq=None, take_over=True) as client:
        order = client.new_order("buy", 100, "FAIR", price="10.00", venue=venue)
        try:
            return 1 if order.accepted(REFUSAL_WITHIN_S).ended else 0
        except TimeoutError:
            return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
