"""Find the ids of orders in a frame, quickly: it is done for every frame that goes by."""

import re
from collections.abc import Iterator
from typing import Final

from fairlead.gateway.journal.binary_frames import decode_frame, ids_of, is_binary

_FIX_IDS: Final = re.compile(rb"\x01(?:11|37|41|198|526)=([^\x01]{1,64})")
"""ClOrdID, OrderID, OrigClOrdID, SecondaryOrderID, SecondaryClOrdID."""
_JSON_IDS: Final = re.compile(rb'"(?:cl_ord_id|orig_cl_ord_id|order_id)": ?"([^"\\]{1,64})"')
_UNNAMED_FIX: Final = re.compile(rb"\x0135=[0-5A]\x01")
"""Session messages name no order; a Reject's RefTagID is no id either."""


def order_names(protocol: str, frame: bytes, is_from_venue: bool) -> Iterator[str]:
    """Yield the ids in a frame; ``is_from_venue`` tells whether the serving side sent it."""
    if frame.startswith(b"8=FIX"):
        if _UNNAMED_FIX.search(frame, 0, 64) is None:
            yield from (found.decode("latin-1") for found in _FIX_IDS.findall(frame))
    elif frame[:1] == b"{":
        yield from (found.decode("utf-8", "replace") for found in _JSON_IDS.findall(frame))
    elif is_binary(protocol) and len(frame) > 3:
        yield from ids_of(decode_frame(protocol, frame, is_from_venue))
