"""Run protocol state machines and translate orders; no input or output, time is an argument."""
