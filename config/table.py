"""`python -m config.table`: the README's table of settings, from the declarations.

With `--write`, puts it between the README's two markers.
"""

from __future__ import annotations

import sys

from config.env import ROOT, VARIABLES

BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def table() -> str:
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for variable in VARIABLES:
        default = f"`{variable.default}`" if variable.default else ""
        rows.append(f"| `{variable.name}` | {default} | {variable.help} |")
    return "\n".join(rows)


def readme_with_table(readme: str) -> str:
    head, rest = readme.split(BEGIN, 1)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        path = ROOT / "README.md"
        path.write_text(readme_with_table(path.read_text()))
    else:
        print(table())
