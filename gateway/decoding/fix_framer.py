"""Cut FIX out of what was said: messages, and what is between them."""

from collections.abc import Iterator
from typing import Final

from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.framing_cy import FrameReader, Garbled
from fairlead.gateway.decoding.items import MESSAGE, Item, unknown
from fairlead.gateway.journal.fix_text import fix_fields

FIX: Final = "fix"
MAX_FIX_BYTES: Final = 1024 * 1024


class FixFramer:
    """FIX messages, and what is between them."""

    protocol = FIX

    def __init__(self) -> None:
        self._reader = FrameReader(MAX_FIX_BYTES)
        self._begin = 0
        self._at = 0
        self._fed = 0
        self._last = b""

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        if not self._fed:
            self._begin = offset
        self._fed += len(data)
        self._last = data
        self._reader.feed(data)
        yield from self._found()

    def _found(self) -> Iterator[Item]:
        while (found := self._reader.next_frame()) is not None:
            if isinstance(found, Garbled) and _is_whole(found):
                # a journal masks passwords, which makes the sum wrong: worth a word, but the fields can be read
                item = _fix_item(found.raw)
                item.text = found.reason
                size = found.length
            elif isinstance(found, Garbled):
                item = unknown(FIX, found.raw, f"{found.length} bytes: {found.reason}")
                size = found.length
            else:
                item = _fix_item(found.raw())
                size = len(item.raw)
            item.offset = self._begin + self._at
            self._at += size
            yield item

    def lose(self) -> Iterator[Item]:
        yield from self.finish()

    def finish(self) -> Iterator[Item]:
        self._reader.feed_eof()
        yield from self._found()
        # what is too short to be anything, the reader does not tell
        if rest := self._fed - self._at:
            yield unknown(FIX, self._last[-rest:], "expected 8=FIX", self._begin + self._at)
        self._reader = FrameReader(MAX_FIX_BYTES)
        self._at = self._fed = 0


def _is_whole(found: Garbled) -> bool:
    """Tell whether what was dropped is a message from head to CheckSum."""
    is_all = len(found.raw) == found.length and found.raw.startswith(b"8=FIX")
    return is_all and found.raw[-8:-4] == b"\x0110=" and found.raw.endswith(b"\x01")


def _fix_item(frame: bytes) -> Item:
    pairs = [(tag, value.decode("latin-1")) for tag, value in fix_fields(frame)]
    begin_string = pairs[0][1]
    try:
        dictionary = load_dictionary(begin_string)
    except KeyError:
        dictionary = load_dictionary("FIX.4.4")
    fields: dict[str, object] = {}
    meanings: dict[str, str] = {}
    for tag, value in pairs:
        definition = dictionary.fields.get(tag)
        name = definition.name if definition is not None else str(tag)
        earlier = fields.get(name)
        # entries of groups repeat their fields
        fields[name] = value if earlier is None else [*(earlier if isinstance(earlier, list) else [earlier]), value]
        if meaning := dictionary.meaning(tag, value):
            meanings.setdefault(name, meaning)
    msg_type = next((value for tag, value in pairs if tag == 35), "")
    message = dictionary.messages.get(msg_type)
    number = str(fields.get("MsgSeqNum", ""))
    return Item(
        MESSAGE,
        begin_string,
        frame,
        message.name if message is not None else msg_type,
        msg_type,
        sequence=int(number) if number.isdigit() else None,
        fields=fields,
        meanings=meanings,
    )
