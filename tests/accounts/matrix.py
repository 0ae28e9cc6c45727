"""Who may do what at the addresses of accounts/."""

from tests.matrix.route import ALL, Route

ROUTES = (
    Route("accounts:profile", ALL),
    Route("accounts:profile", ALL, "post"),
    Route("accounts:logout", ALL, "post"),
)
