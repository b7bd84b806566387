"""One file a detector, found by themselves. See `app.engine.tamper.registry`."""
