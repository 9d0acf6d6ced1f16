"""Read what packet captures hold: packets of pcap and pcapng files, addresses and ports, the bytes of TCP streams."""
