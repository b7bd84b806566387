"""What registries say about a domain: RDAP, and WHOIS where there is none."""
