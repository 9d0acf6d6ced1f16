"""Nothing unknown after a failure: gates of venues, drop copies, breaks. docs/reconciliation.md."""
