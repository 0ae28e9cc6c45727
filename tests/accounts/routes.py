"""Addresses of accounts/: name → arguments of a sample."""

ROUTES = {"accounts:login": {}, "accounts:logout": {}, "accounts:profile": {}}
