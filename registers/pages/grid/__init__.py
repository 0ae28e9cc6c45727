"""Grid entry: a register as a sheet to type and paste into; what is saved passes the same door as a workbook."""
