"""Results over time: raw, packed, as series and as uptime, and how long they are kept."""
