"""Cell formats of the fast writer."""

from rustpy_xlsxwriter import Format

from registers.workbooks.texts import HEAD_FILL


def cell_format(number: str, align: str = "") -> Format:
    """A number format, and an alignment."""
    style = Format().set_num_format(number)
    return style.set_align(align) if align else style


def head_format() -> Format:
    """Headings: bold, grey, wrapped."""
    return (
        Format().set_bold().set_text_wrap().set_align("center").set_align("vcenter")
        .set_background_color(f"#{HEAD_FILL}").set_border("thin")
    )  # fmt: skip
