"""Tamper: is the page still what its owner published?

`fetch/` sees a page (an `Observation`), `inventory/` says what it consists of, by role (`Inventory`),
`profile`
learns from approved ones what is ordinary there (`Profile`), `detectors/` name what is not, and `judge` makes
one verdict of it.
"""
