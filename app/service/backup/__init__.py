"""Back-ups: database as portable rows, files, keys. Made while CloudEye runs, restored while it stands."""
