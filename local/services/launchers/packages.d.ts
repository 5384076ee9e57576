/** Packages without types of their own: both are a `http.Server` made from options. */
declare module 'kinesalite' {
  import type { Server } from 'node:http';
  export default function kinesalite(options?: Readonly<Record<string, unknown>>): Server;
}
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options?: Readonly<Record<string, unknown>>): Server;
}
