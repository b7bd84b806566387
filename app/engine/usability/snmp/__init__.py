"""SNMP, as much as asking for one object takes: messages of version 1, 2c and 3."""
