import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`Easel's tests need Node 24; this is ${process.versions.node}. Run them with: npm test`);
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Left to itself, vitest takes one less than there are cores: one, where there are two, and half the time is waiting.
    maxWorkers: '100%',
  },
});
