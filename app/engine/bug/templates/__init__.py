"""Templates in nuclei's format, brought by the operator: read, judged and run by our own code.

`load` reads one, or says by name and reason why it will not run; `Runner` runs it through a scan's Asker.
Read-only unless the operator says otherwise: GET, HEAD and OPTIONS, without payloads.
Format: https://docs.projectdiscovery.io/templates/structure.
"""
