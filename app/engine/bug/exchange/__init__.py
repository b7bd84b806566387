"""Findings of other tools in, findings for other tools out; no database.

`nuclei`, `zap` and `wapiti` each have `parse(data) -> list[Imported]`; `imported.findings_of` makes findings
of them. `sarif.sarif_of` and `tables` take `rows.Row`s.
"""
