"""Cells copied in Excel or WPS, as the clipboard gives them."""

import re


def split_pasted(text: str) -> list[list[str]]:
    """Cells copied in Excel or WPS: tabs and line ends, quotes around cells that hold either."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if '"' not in text:
        lines = text.split("\n")
        if lines and not lines[-1]:
            lines.pop()
        return [line.split("\t") for line in lines]
    rows: list[list[str]] = [[]]
    position = 0
    # A cell is quoted only where the quote opens it and closes before a separator: 5" pipe stays as it is.
    quoted = re.compile(r'"((?:[^"]|"")*)"(?=[\t\n]|\Z)')
    while position <= len(text):
        match = quoted.match(text, position)
        if match:
            cell, end = match[1].replace('""', '"'), match.end()
        else:
            ends = [found for mark in "\t\n" if (found := text.find(mark, position)) >= 0]
            end = min(ends, default=len(text))
            cell = text[position:end]
        rows[-1].append(cell)
        if end < len(text) and text[end] == "\n":
            rows.append([])
        position = end + 1
    if rows[-1] in ([], [""]):
        rows.pop()
    return rows
