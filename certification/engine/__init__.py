"""Ask any FIX engine what it does, by a peer whose every byte is the case's to decide. docs/conformance.md."""
