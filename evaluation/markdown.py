"""Markdown of the documents."""


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def percent(share: float | None, decimals: int = 1) -> str:
    return "" if share is None else f"{share:.{decimals}%}"
