"""Where could somebody get in? Weakness checks of the owner's own sites; no framework, no database."""
