"""Files: what people upload as evidence, and what jobs make."""
