"""Make Wireshark dissectors from the tables of binary protocols."""
