"""Entry point for WSGI servers."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from lianjian.frames import roomily

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjian.settings")

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application; middleware and templates lie deep, see lianjian/frames.py."""
    return roomily(lambda: _django(environ, start_response))
