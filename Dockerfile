# A running ATTMS, and nothing that was only needed to build it.
# The tag follows the security fixes of one Python and one Debian; what is installed is fixed by the locks.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
    && python -m venv --without-pip /opt/attms \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes --requirement requirements-build.lock \
    && /opt/build/bin/pip --python /opt/attms/bin/python install --no-cache-dir --require-hashes \
        --requirement requirements.lock
COPY . .
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/pip --python /opt/attms/bin/python install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /data --no-create-home attms \
    && install --directory --owner attms --mode 0700 /data
COPY --from=build /opt/attms /opt/attms
# Inside a container the public listener must be reachable from outside it; the other listeners stay on loopback.
ENV PATH=/opt/attms/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ATTMS_HOST=0.0.0.0 \
    ATTMS_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 3978
# Only whether it is alive: what is not well, or not set up yet, no new container mends; docs/health.md.
# It asks this very container, so a proxy from the environment is left out.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "\
import os, urllib.request as web; \
port = os.environ.get('ATTMS_PORT', '3978'); \
web.build_opener(web.ProxyHandler({})).open(f'http://127.0.0.1:{port}/api/status/live', timeout=4)"]
ENTRYPOINT ["attms"]
