"""Runs the product on one machine without installing anything: virtual environment, PostgreSQL, broker, web, workers.

Only the standard library is used, since this starts before the virtual environment exists. It is run as a folder,
`python3 lianjian/local <command>`, and never imports the `lianjian` package, which needs Celery.
"""
