"""Workbooks (.xlsx) in and out: reading hostile ones safely, understanding single cells, writing and marking.

Kept free of Django and without imports here: the guarded child process imports this package at every start.
"""
