# One image for web, worker, beat and migrations; docker-compose.yml says which command each runs.
FROM python:3.11-slim AS build
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/base.txt

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --no-create-home groupement \
    && install -d -o groupement -g groupement -m 0700 /files
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=groupement.settings \
    LOCAL_MODE=no \
    STATIC_ROOT=/app/staticfiles \
    PRIVATE_FILES_ROOT=/files
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY manage.py LICENSE ./
COPY groupement groupement
COPY members members
COPY charter charter
COPY employees employees
COPY timesheets timesheets
COPY billing billing
COPY templates templates
COPY static static
# Settings refuse an incomplete environment; these values serve this one command and stay out of the image.
RUN DATABASE_URL=postgresql:///build SECRET_KEY=build ALLOWED_HOSTS=build EMAIL_HOST=build EMAIL_FROM=build \
    python manage.py collectstatic --noinput
USER groupement
VOLUME /files
EXPOSE 8000
