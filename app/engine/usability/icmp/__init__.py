"""ICMP echo: packets, sockets, and the one that keeps many pings of one loop apart."""
