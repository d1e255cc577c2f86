FROM python:3.13.5-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/exporter
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY exporter exporter
RUN /opt/exporter/bin/pip install --no-cache-dir --no-compile --constraint constraints.txt '.[postgresql]' \
    && /opt/exporter/bin/pip uninstall --yes pip

FROM python:3.13.5-slim-bookworm
LABEL org.opencontainers.image.title="ORCHEX-KILO exporter" \
      org.opencontainers.image.licenses="Apache-2.0"
# For sources of the kind `git`. Debian's archive keeps only the newest version of a package.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/exporter /opt/exporter
ENV PATH=/opt/exporter/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The ledger is the only thing that is written: the rest of the file system may be read-only.
RUN mkdir /data && chown 65532:65532 /data
VOLUME /data
WORKDIR /data
USER 65532:65532
EXPOSE 9847
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9847/-/healthy', timeout=4)"]
ENTRYPOINT ["orchex-kilo-exporter"]
CMD ["serve", "--config.file=/etc/orchex-kilo-exporter/config.yml"]
