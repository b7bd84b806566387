"""Who may call which endpoint, a module an area. Each has `RULES`: (endpoint, method) → permission."""
