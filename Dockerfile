# One image for web and worker. The record is in /data: keep it in a volume.
FROM python:3.13-slim

RUN useradd --create-home --uid 10001 textdesk && install -d -o textdesk -m 0700 /data
WORKDIR /opt/textdesk
COPY pyproject.toml wsgi.py ./
COPY webapp webapp
COPY templates templates
COPY static static
RUN pip install --no-cache-dir -e .

USER textdesk
ENV TEXTDESK_DATABASE=/data/textdesk.db PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["gunicorn", "wsgi:app", "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--no-control-socket", "--bind", "0.0.0.0:8000"]
