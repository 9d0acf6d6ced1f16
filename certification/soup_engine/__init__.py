"""Ask any SoupBinTCP engine what it does: a byte-exact peer, its stages, the subject. docs/conformance.md."""
