# One image for web, worker and scheduler; docker-compose.yml names the process of each.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    DATA_DIR=/var/lib/portal \
    STATIC_ROOT=/srv/portal/static-collected

WORKDIR /srv/portal
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements/base.txt

COPY . .
RUN SECRET_KEY=only-to-collect-the-static-files-while-building python -m django collectstatic --noinput \
    && useradd --system --create-home --home-dir /var/lib/portal portal
USER portal

EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--access-logfile", "-"]
