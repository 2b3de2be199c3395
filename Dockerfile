# The page, without the training. It writes nothing, except that a photo of more than 1 MB passes through /tmp:
# docker build -t digits . && docker run --read-only --tmpfs /tmp -p 8501:8501 digits
FROM python:3.13-slim-trixie

WORKDIR /app

# Exactly these files, or the build fails; and none runs code to install itself. 60 MB of what they bring are tests.
COPY requirements-serve.txt ./
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-serve.txt \
    && packages="$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && find "$packages" -type d -name tests -prune -exec rm -r {} +

COPY .streamlit/config.toml .streamlit/
COPY static static/
COPY mnist_model mnist_model/
COPY app_pages app_pages/
COPY app.py ./

# A number, so that Kubernetes can tell that it is not root. It owns no file and has no home.
USER 10001:10001
ENV HOME=/nonexistent
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# To welcome whoever reads the log, Streamlit would ask another host for this one's address.
CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", \
    "--logger.hideWelcomeMessage=true"]
