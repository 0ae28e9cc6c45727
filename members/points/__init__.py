"""The points engine: schemes in force, settle quarters, and the close that turns a ledger into scores.

`rules` finds what applies, `close_sql` is the arithmetic (rules 3–8 of the design), `chunks` cuts a county into
pieces that can be ranked apart, `closing` runs them as a job, `digest` proves the outcome, `verifying` replays it.
"""
