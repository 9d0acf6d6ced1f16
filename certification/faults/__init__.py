"""Spoil a TCP stream beneath the codec, by a seed: lose, duplicate, delay, mangle, slice, cut and more.

``line.FaultLine`` is one direction without sockets and clock; ``pump.FaultPump`` runs it on an event loop;
``proxy.FaultProxy`` stands between two programs. What is lost or reordered are units: whole messages by default
(``units``), since a stream that lost some bytes is no stream.
"""
