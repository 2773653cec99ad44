# The service as an image: built in one stage, run in another as a user without rights.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY graph_schema graph_schema
COPY queries queries
COPY service service
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir '.[neo4j]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data evidence
COPY --from=build /venv /venv
USER evidence
WORKDIR /data
VOLUME /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EVIDENCE_STORE=sqlite:////data/evidence.db
EXPOSE 8000
# /readyz answers 503 while the store cannot be reached, and urlopen raises on that.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["evidence"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
