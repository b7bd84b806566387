"""Tables as files: workbooks (XLSX, ECMA-376) and comma-separated values (RFC 4180), in streams."""
