# tetrascope out of its own sources, built as on any fresh Debian 12. Not run where it was written: there was no Docker.
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git make && rm -rf /var/lib/apt/lists/*
COPY . /src
WORKDIR /src
RUN make build
ENTRYPOINT ["build/tetrascope"]
