"""Speak the order vocabulary in fixed binary layouts: the messages of the binary port, in docs/strategy-protocol.md.

The layouts are the table ``fairlead_strategy_1_0`` of ``codecs/binary``; SoupBinTCP carries the messages.
"""
