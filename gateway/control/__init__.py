"""What operators ask of a running gateway: the control socket, who may, who approves, the audit. docs/control.md."""
