# Easel for one machine. See docs/operate/README.md.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /easel
COPY package.json package-lock.json .npmrc ./
# Never --omit=optional: sharp's binary is an optional dependency. The Node that npm brings for development goes again.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-bookworm-slim
WORKDIR /easel
COPY --from=dependencies /easel/node_modules node_modules
COPY package.json ./
COPY commands commands
COPY src src
RUN install --directory --owner=node --group=node /data
ENV NODE_ENV=production \
  NODE_COMPILE_CACHE=/data/cache/node \
  MALLOC_ARENA_MAX=2 \
  HOST=0.0.0.0 \
  PORT=3000 \
  DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would keep SIGTERM for itself.
CMD ["node", "src/main.ts"]
