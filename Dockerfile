# The service in one image. It contains the model and all data, and fetches nothing at start.
#
# The base image is pinned by its full tag. To pin its bytes too, look up the digest and pass it as BASE:
#   docker buildx imagetools inspect python:3.13.14-slim-trixie --format '{{.Manifest.Digest}}'
#   docker build --build-arg BASE=python:3.13.14-slim-trixie@sha256:… --tag newswire-enricher .
ARG BASE=python:3.13.14-slim-trixie

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_ONLY_BINARY=:all:
WORKDIR /opt/source

# faust-streaming has no wheel for Linux on arm64, so its extensions are compiled here, on amd64 too: there is one way.
# The versions of the compiler do not matter, and Debian keeps only the last ones.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*

# Dependencies come first, so that a change to the code reuses these layers.
# No Python is compiled here: the last step compiles everything once, without timestamps.
# `linux` in the name of the wheel means that it has its extensions: without a compiler it would be `any`.
COPY lock/runtime.txt lock/build.txt lock/
RUN python -m venv /opt/tools \
    && /opt/tools/bin/python -m pip install --no-compile --require-hashes --requirement lock/build.txt \
    && sed -n '/^faust-streaming==/,/# via/p' lock/runtime.txt > lock/faust.txt \
    && /opt/tools/bin/python -m pip wheel --no-deps --require-hashes --no-build-isolation \
      --no-binary faust-streaming --requirement lock/faust.txt --wheel-dir /opt/wheels \
    && python -m venv /opt/newswire \
    && /opt/newswire/bin/python -m pip install --no-compile --no-deps --no-index /opt/wheels/*-linux_*.whl \
    && /opt/newswire/bin/python -m pip install --no-compile --require-hashes --requirement lock/runtime.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY schemas schemas
COPY service service
RUN /opt/tools/bin/python -m hatchling build --target wheel --directory /opt/dist \
    && /opt/newswire/bin/python -m pip install --no-compile --no-deps --no-index /opt/dist/*.whl \
    && /opt/newswire/bin/python -m pip uninstall --yes pip \
    && /opt/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
      --output-file /opt/newswire/sbom.cdx.json /opt/newswire/bin/python \
    && /opt/newswire/bin/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/newswire/lib

FROM ${BASE}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="newswire-enricher" \
      org.opencontainers.image.description="Enriches news articles on Kafka with entities, locations and event tags." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# A volume that is mounted at /var/lib/newswire then belongs to the user of the image.
RUN groupadd --system --gid 10001 newswire \
    && useradd --system --uid 10001 --gid newswire --no-create-home --home-dir /nonexistent newswire \
    && install --directory --owner newswire --group newswire /var/lib/newswire
COPY --from=build /opt/newswire /opt/newswire

# Kubernetes probes and Prometheus come from outside the container, so the worker listens on all addresses. The live page
# (`newswire page`) shows the text of articles, and `newswire serve` asks for no password, so they listen on loopback
# unless NEWSWIRE_PAGE_HOST and NEWSWIRE_SERVE_HOST say otherwise.
ENV PATH=/opt/newswire/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    NEWSWIRE_WEB_HOST=0.0.0.0 \
    NEWSWIRE_LOG_FORMAT=json \
    NEWSWIRE_DATA_DIR=/tmp/newswire

USER 10001:10001
WORKDIR /tmp
EXPOSE 6066 6067 6068 6069
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["newswire", "health"]
ENTRYPOINT ["newswire"]
CMD ["worker"]
