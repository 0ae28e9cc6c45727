"""Rows of registers coming in and going out: import, export, template. Export = template = import."""

from registers.exchange.context import RowContext
from registers.exchange.exporting import export_workbook, template_workbook
from registers.exchange.importing import import_rows
from registers.exchange.outcome import ImportOutcome
from registers.exchange.violations import explain

__all__ = ["ImportOutcome", "RowContext", "explain", "export_workbook", "import_rows", "template_workbook"]
