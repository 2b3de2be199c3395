# The app, without training. It writes only to /tmp, where uploads of more than 1 MB are stored while they arrive:
# docker build -t digits . && docker run --read-only --tmpfs /tmp -p 8501:8501 digits
FROM python:3.13-slim-trixie

WORKDIR /app

# Only files with the hashes in requirements-serve.txt, and only wheels, which run no code when they are installed. The
# packages' own tests are removed: 60 MB.
COPY requirements-serve.txt ./
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-serve.txt \
    && packages="$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && find "$packages" -type d -name tests -prune -exec rm -r {} +

# .dockerignore leaves out mnist_model/training and whatever else the pages do not need.
COPY .streamlit/config.toml .streamlit/
COPY mnist_model mnist_model/
COPY ui ui/
COPY app_pages app_pages/
COPY app.py ./

# Runs as a non-root user, who owns no file and has no home. It is a number, because Kubernetes cannot tell whether a
# name is root's.
USER 10001:10001
ENV HOME=/nonexistent
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# Without the welcome message, because Streamlit asks another host for this one's address to print it.
CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", \
    "--logger.hideWelcomeMessage=true"]
