"""Judge recorded sessions of binary protocols: SoupBinTCP with OUCH or ITCH, and MoldUDP64 feeds."""
