import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The one PostgreSQL of a test run: superuser, over TLS. */
    postgres: { host: string; port: number; user: string; password: string; caFile: string };
  }
}
