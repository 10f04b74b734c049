# The portal without its servers: PostgreSQL and Redis come from outside (docker-compose.yml).

FROM node:24-slim AS front-end
WORKDIR /portal
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY static/src static/src
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal
COPY requirements/run.txt requirements/run.txt
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
COPY --from=front-end /portal/static/dist static/dist
RUN pybabel --quiet compile --domain=django --directory=locale
RUN useradd --system --user-group --no-create-home --uid 10001 portal && mkdir /data && chown portal:portal /data
USER portal
ENV SLAPORTAL_HOME=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/health/', timeout=4)"]
CMD ["gunicorn", "slaportal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
