# The page on a folder of videos: docs/use_embeddings.md tells how to start it.
ARG BASE=python:3.11-slim
FROM ${BASE}

# What OpenCV loads, and slim images lack.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

# Where PyTorch's wheels come from. For an NVIDIA GPU: .../whl/cu130
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /opt/carl_mm
COPY requirements requirements
RUN python -m pip install --no-cache-dir --extra-index-url "${TORCH_INDEX}" \
    --constraint requirements/lock.txt \
    -r requirements/runtime.txt -r requirements/app.txt
COPY . .
RUN python -m pip install --no-cache-dir --no-deps .

# The user who owns the folder of videos: the page keeps its state in it.
ARG USER_ID=1000
ARG GROUP_ID=1000
RUN groupadd --non-unique --gid "${GROUP_ID}" carl \
    && useradd --non-unique --uid "${USER_ID}" --gid carl --create-home carl \
    && install -d -o carl -g carl /videos /home/carl/.cache
USER ${USER_ID}:${GROUP_ID}
WORKDIR /home/carl
ENV HOME=/home/carl PYTHONUNBUFFERED=1
VOLUME /videos
EXPOSE 7860
# Without the token the page answers 401, and so it is there.
HEALTHCHECK --start-period=60s --timeout=10s CMD ["python", "-c", "from http.client import HTTPConnection as H; c = H('127.0.0.1', 7860, timeout=8); c.request('GET', '/'); raise SystemExit(c.getresponse().status != 401)"]
ENTRYPOINT ["carl-mm"]
CMD ["app", "/videos", "--host", "0.0.0.0", "--port", "7860"]
