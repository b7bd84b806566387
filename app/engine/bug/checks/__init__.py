"""One file a check; each is found by itself (see `app.engine.bug.registry`)."""
