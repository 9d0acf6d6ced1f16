"""Run QuickFIX's C++ engine as a gateway: the settings it starts with, and why it may be missing."""

import runpy
import socket
from pathlib import Path
from typing import Final

from benchmarks.machine import ROOT
from benchmarks.wire.native import program
from benchmarks.wire.setup import Setup, strategy_name, venue_name
from fairlead.codecs.fix.dictionary import load_dictionary

_DICTIONARY_WRITER: Final = ROOT / "tests" / "peers" / "quickfix" / "quickfix_dictionary.py"

_SETTINGS: Final = """\
[DEFAULT]
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
ReconnectInterval=1
ResetOnLogon=Y
SocketNodelay=Y
UseDataDictionary=Y
DataDictionary={dictionary}
FileStorePath={folder}/store
SocketAcceptPort={port}
[SESSION]
ConnectionType=initiator
BeginString={begin_string}
SenderCompID=FAIRLEAD
TargetCompID={venue}
SocketConnectHost=127.0.0.1
SocketConnectPort={venue_port}
"""

_STRATEGY: Final = """\
[SESSION]
ConnectionType=acceptor
BeginString={begin_string}
SenderCompID=FAIRLEAD
TargetCompID={strategy}
"""


def missing() -> str:
    """Return why QuickFIX can't be run here, "" if it can."""
    return "" if program("quickfix_gateway").exists() else "libquickfix-dev is not installed"


def _free_port() -> int:
    """Return a port that is free now: QuickFIX does not say which one it got, so it can't be left to choose."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def command(store: str, setup: Setup, folder: Path, venue_port: int) -> list[str]:
    """Write the settings, with a dictionary to check messages by, into the folder; return the command."""
    begin_string = f"FIX.4.{setup.strategy[-1]}"
    dictionary = folder / "dictionary.xml"
    runpy.run_path(str(_DICTIONARY_WRITER))["write_dictionary"](load_dictionary(begin_string), dictionary)
    about = {"begin_string": begin_string, "dictionary": dictionary, "folder": folder, "port": _free_port()}
    text = _SETTINGS.format(**about, venue=venue_name(0), venue_port=venue_port)
    for number in range(setup.strategies):
        text += _STRATEGY.format(begin_string=begin_string, strategy=strategy_name(number))
    settings = folder / "quickfix.cfg"
    settings.write_text(text)
    return [str(program("quickfix_gateway")), str(settings), store]
