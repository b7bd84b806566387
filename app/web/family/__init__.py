"""The page families, one module each; found by `app.web.pages`."""
