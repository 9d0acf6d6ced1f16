"""The kill switch: block, cancel, confirm, escalate, release. docs/kill_switch.md."""
