"""Many rows changed at once: one value set for all chosen rows, or a change of many rows taken back.

The rows pass the same door as forms, workbooks and REST; all are written in one transaction or none.
"""
