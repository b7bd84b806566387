"""One HTTP request and its judgement: its fields, its log-in, its hops, what it measured."""
