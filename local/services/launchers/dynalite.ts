import { mkdirSync } from 'node:fs';
import dynalite from 'dynalite';
import { serve } from './serve.ts';

const [, , path = ''] = process.argv;
mkdirSync(path, { recursive: true });
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

serve(server, (done) => {
  server.closeAllConnections();
  server.close(done);
});
