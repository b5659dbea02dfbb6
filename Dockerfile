# The `rejoinder` server as a container image. How it is run and why it is set up like this: docs/DEPLOY.md.
#
#     docker build --tag rejoinder .
#
# Stages: `dependencies` compiles the crates of Cargo.lock and is reused until Cargo.toml, Cargo.lock or the compiler
# changes; `build` compiles this crate; the last one holds the binary and nothing to log in with.

# The exact compiler of rust-toolchain.toml, on the Debian release (12, glibc 2.36) that the runtime image is made of.
FROM rust:1.95.0-slim-bookworm AS dependencies

# RUST_VERSION comes from the base image. Naming the toolchain keeps rustup from downloading the components that
# rust-toolchain.toml lists for developers (clippy, rustfmt).
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION}

WORKDIR /src
COPY rust-toolchain.toml Cargo.toml Cargo.lock ./

# Two places name the compiler; stop here if they disagree.
RUN grep -qF "channel = \"${RUST_VERSION}\"" rust-toolchain.toml

# Cargo reads the manifest only if every target it names has a file. So: an empty library, an empty program, and an
# empty program for each [[bench]], [[test]] and [[example]], at its `path` or else at the default place. With those,
# every dependency is compiled with the flags of the real build. What was compiled from the stand-ins is removed again:
# Cargo compares modification times, and sources older than this layer would pass for already compiled.
RUN awk -F '"' ' \
        function put() { \
            if (dir != "") print (path != "" ? path : dir "/" name ".rs"); \
            dir = name = path = "" \
        } \
        /^\[/             { put() } \
        /^\[\[bench\]\]/   { dir = "benches" } \
        /^\[\[test\]\]/    { dir = "tests" } \
        /^\[\[example\]\]/ { dir = "examples" } \
        /^name *=/        { name = $2 } \
        /^path *=/        { path = $2 } \
        END               { put(); print "src/main.rs" } \
    ' Cargo.toml > /tmp/programs \
    && while read -r program; do \
        mkdir -p "$(dirname "$program")" && echo 'fn main() {}' > "$program" || exit 1; \
    done < /tmp/programs \
    && : > src/lib.rs \
    && cargo build --locked --profile dist --bin rejoinder \
    && cargo clean --locked --profile dist --package rejoinder


FROM dependencies AS build

COPY . .

# A binary made of the stand-ins would print no version.
RUN cargo build --locked --profile dist --bin rejoinder \
    && test -n "$(target/dist/rejoinder --version)"


# glibc, libgcc, CA certificates and time zones; no shell, no package manager. `nonroot` is uid and gid 65532.
FROM gcr.io/distroless/cc-debian12:nonroot

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="rejoinder" \
      org.opencontainers.image.description="A fulfillment webhook server for Dialogflow CX agents" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian12:nonroot" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# Owned by root and not writable for the user below, as is the folder that follows.
COPY --from=build /src/target/dist/rejoinder /usr/local/bin/rejoinder

# Where `rejoinder.toml` is looked for: mount it as /app/rejoinder.toml, or leave it out and set everything by
# environment.
WORKDIR /app

# In a container, loopback would be unreachable from outside. On any other address the server does not start until
# `[auth]` names a caller check; that is on purpose. If PORT is set (Cloud Run sets it), its port is used.
ENV REJOINDER_SERVER__BIND=0.0.0.0:8080
EXPOSE 8080

# By number, so that a platform can see without /etc/passwd that this is not root.
USER 65532:65532

# The server is process 1 and handles the signal itself.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/rejoinder"]
CMD ["serve"]
