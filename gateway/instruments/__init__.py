"""Know every instrument: its steps, what kind it is, what it is made of, and what each venue calls it on which date."""

from fairlead.gateway.instruments.completion_cy import complete_order
from fairlead.gateway.instruments.instrument import Instrument

__all__ = ["Instrument", "complete_order"]
