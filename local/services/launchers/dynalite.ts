import { mkdirSync } from 'node:fs';
import dynalite from 'dynalite';
import { serve } from './serve.ts';

const [, , path = '', port = '0'] = process.argv;
mkdirSync(path, { recursive: true });
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

serve(server, Number(port), (done) => {
  server.closeAllConnections();
  server.close(done);
});
