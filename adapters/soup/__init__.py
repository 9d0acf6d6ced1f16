"""SoupBinTCP sessions, both sides, without input or output of their own."""
