# Cliptag on a home server, for x86 and arm64: compose.yaml builds and starts it, docs/home-server.md tells how.
#
#   docker build -t cliptag .                                  for this machine
#   docker buildx build --platform linux/arm64 -t cliptag .    for another one, without an emulator: nothing is run there
#
# The base is the official image of Node 24 on Debian, one list of images for both processors, by its digest: what is moved to
# that tag later is not taken by itself, but by `npm run pin:base`. Any base with Node 20 or newer and glibc will do
# (--build-arg BASE=…), with npm and a shell where the package is made.
ARG BASE=docker.io/library/node:24-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20
# Where /app, its /modules and an empty /data come from: `source` makes them of this checkout; `packed` takes what lies in packed/.
ARG PACKAGE=source

# On the builder's own processor. Shared libraries of packages are fetched for the image's, with the checksums of the lock file.
FROM --platform=$BUILDPLATFORM ${BASE} AS source
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
ARG TARGETARCH
RUN mkdir -p /production /data && cp package.json package-lock.json .npmrc /production/ && cd /production && \
    case "$TARGETARCH" in amd64) cpu=x64 ;; *) cpu=$TARGETARCH ;; esac && \
    npm ci --omit=dev --omit=peer --os=linux --cpu="$cpu" --libc=glibc
COPY . .
# Left out is what no container runs: libraries of other systems and processors, and what is deployed to Lambda.
RUN npm run build && npm pack --ignore-scripts && mkdir /app && tar -xzf cliptag-*.tgz -C /app --strip-components 1 && \
    case "$TARGETARCH" in amd64) cpu=x64 ;; *) cpu=$TARGETARCH ;; esac && cd /app/dist && \
    rm -r functions && mv "onnxruntime/linux/$cpu" /library && rm -r onnxruntime && mkdir -p onnxruntime/linux && mv /library "onnxruntime/linux/$cpu" && \
    mv /production/node_modules /modules

FROM scratch AS packed
COPY packed/ /

FROM ${PACKAGE} AS package

FROM ${BASE}
# Nothing but the packages below can be changed or is kept: all state is in /data, and /tmp is for what is thrown away.
COPY --from=package /modules/ /app/node_modules/
COPY --from=package /app/ /app/
# A new volume takes over its owner; a folder of the host must belong to the user that compose.yaml names.
COPY --from=package --chown=1000:1000 /data/ /data/
ENV NODE_ENV=production PATH=/app/infra/home-server/bin:$PATH \
    HOME=/tmp XDG_CACHE_HOME=/data/cache CLIPTAG_ACCESS_FILE=/data/access.env
USER 1000:1000
WORKDIR /data
VOLUME /data
# The page with the HTTP API, S3, DynamoDB.
EXPOSE 3000 9000 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["node", "/app/infra/home-server/health-check.mjs", "/data"]
ENTRYPOINT ["node", "/app/functions/cliptag.mjs"]
CMD ["start", "--data", "/data", "--host", "0.0.0.0"]
