"""FIX session: the FIX Trading Community's test cases, one case a lettered condition."""
