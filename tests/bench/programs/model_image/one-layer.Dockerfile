# What a first Dockerfile looks like: everything copied, then everything fetched.
FROM python:3.11-slim
RUN useradd --create-home --uid 1000 user
WORKDIR /app
ARG HF_ENDPOINT
ARG BASE_MODEL
ARG BASE_MODEL_FILE
ARG BASE_MODEL_REVISION
COPY fetch_model.py server.py ./
RUN --mount=type=secret,id=HF_TOKEN,required=true python fetch_model.py /app/models
USER 1000
CMD ["python", "server.py"]
