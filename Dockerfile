# Two stages: the first builds a virtual environment, the second holds that, ffmpeg and nothing else.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.lock
# "ytdlp", "speech" or both
ARG EXTRAS=""
COPY requirements-speech.lock requirements-ytdlp.lock ./
RUN for extra in $EXTRAS; do /venv/bin/pip install --require-hashes -r "requirements-$extra.lock" || exit 1; done
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY processing processing
COPY storage storage
RUN python -m venv /tools && /tools/bin/pip install "hatchling>=1.27" "build>=1.3" \
    && /tools/bin/python -m build --wheel --no-isolation --outdir /dist \
    && /venv/bin/pip install --no-deps /dist/*.whl

FROM python:3.13-slim-trixie
# The ffmpeg of the distribution has every filter that is needed, and gets its security updates.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home cutdown
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CUTDOWN_SERVICE__HOST=0.0.0.0 \
    CUTDOWN_SERVICE__PORT=8080 \
    CUTDOWN_SERVICE__DATA_DIR=/data \
    CUTDOWN_SERVICE__LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["cutdown"]
CMD ["run"]
