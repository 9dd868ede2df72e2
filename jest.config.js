/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // not the repositories that the benchmark makes
  roots: ['<rootDir>/src', '<rootDir>/__tests__', '<rootDir>/bench'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.test.json' }] },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
  clearMocks: true,
  // the bundles run as processes of their own, many at once: a busy machine is no fault
  testTimeout: 180_000,
}
