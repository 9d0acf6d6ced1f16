"""SoupBinTCP 3.00: logical packets over a byte stream."""
