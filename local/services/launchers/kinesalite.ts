import { mkdirSync } from 'node:fs';
import kinesalite from 'kinesalite';
import { serve } from './serve.ts';

const [, , path = '', port = '0'] = process.argv;
mkdirSync(path, { recursive: true });
const server = kinesalite({ path, createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 100 });

serve(server, Number(port), (done) => {
  server.closeAllConnections();
  server.close(done);
});
