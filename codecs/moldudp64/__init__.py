"""MoldUDP64 1.00: numbered messages in datagrams, and requests for what was lost."""
