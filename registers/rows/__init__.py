"""The one door for rows: columns, tables and `check_rows`, shared by forms, pasted cells, workbooks and REST."""
