FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS manifests
COPY package.json package-lock.json ./
COPY apps/cli/bin apps/cli/bin

FROM manifests AS build
# No dependency needs its install script; the one that would run brings the Node that is already here.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# Apart from the build, so that a change of sources changes no more than the last layers.
FROM manifests AS modules
# Types and source maps would be more than half of it, and nothing reads them at run time.
RUN npm ci --ignore-scripts --omit=dev \
  && find node_modules -type f -regextype egrep -regex '.*\.(map|d\.[cm]?ts)' -delete

FROM base
# Nothing is installed at run time, and what is not here needs no patches.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg
# Where jobs and batches are kept unless the configuration says otherwise; a volume mounted here is the user's below.
RUN mkdir /data && chown 1000:1000 /data
ENV NODE_ENV=production SWITCHYARD_STORAGE=file:/data SWITCHYARD_CONFIG=/etc/switchyard/switchyard.yaml PATH=/app/node_modules/.bin:$PATH
COPY --from=modules /app/node_modules node_modules
COPY LICENSE package.json ./
COPY apps/cli/bin apps/cli/bin
COPY --from=build /app/dist/apps dist/apps
COPY --from=build /app/dist/libs dist/libs

# `node`, by number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without the accessor, no JSON can reach a prototype through it.
ENTRYPOINT ["node", "--disable-proto=delete", "/app/dist/apps/cli/src/main.js"]
# Over the configuration: what listens on loopback only is not reachable from outside its container.
CMD ["gateway", "--host", "0.0.0.0"]
