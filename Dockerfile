FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src/protocol src/protocol
COPY dashboard dashboard
RUN node node_modules/vite/bin/vite.js build dashboard
# Packages for the image: without development packages, and without the Node that npm start installs.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dashboard/dist dashboard/dist
COPY src src
COPY scripts/verify-redis.js scripts/
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1, because npm would not pass on SIGTERM.
CMD ["node", "--max-semi-space-size=16", "--heap-growing-percent=25", "src/main.ts"]
