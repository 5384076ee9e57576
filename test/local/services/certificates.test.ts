import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type Certificates } from '../../../local/services/certificates.ts';
import { bits, identifier, integer, octets, sequence } from '../../../local/services/der.ts';

let dir: string;
let files: Certificates;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-certificates-'));
  files = await makeCertificates(join(dir, 'certificates'));
});
afterAll(() => rm(dir, { recursive: true }));

const read = async (file: string): Promise<X509Certificate> => new X509Certificate(await readFile(file));

describe('the certificates of a run', () => {
  it('are signed by an authority of their own', async () => {
    const [authority, server] = await Promise.all([read(files.caFile), read(files.certificateFile)]);
    expect(authority.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
  });

  it('are for this machine alone, and for about a year', async () => {
    const server = await read(files.certificateFile);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('example.com')).toBeUndefined();
    const days = (Date.parse(server.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThan(366);
  });

  it('let a client in that trusts the authority, and no other', async () => {
    const tls = createServer({ cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) });
    tls.on('tlsClientError', () => {});
    tls.listen(0, '127.0.0.1');
    await once(tls, 'listening');
    const { port } = tls.address() as AddressInfo;
    const attempt = (ca: Buffer | undefined): Promise<TLSSocket> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, ...(ca ? { ca } : {}) }, () => resolve(socket));
        socket.on('error', reject);
      });
    const socket = await attempt(await readFile(files.caFile));
    expect(socket.authorized).toBe(true);
    socket.destroy();
    await expect(attempt(undefined)).rejects.toThrow(/certificate/);
    tls.close();
  });

  it('keep the key to ourselves', async () => {
    expect((await stat(files.keyFile)).mode & 0o077).toBe(0);
  });
});

describe('DER', () => {
  it.each([
    ['an identifier', identifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['a number', integer(Buffer.from([2])), '020102'],
    ['bits', bits(Buffer.from([4]), 2), '03020204'],
    ['a sequence', sequence(octets(Buffer.from('ab'))), '300404026162'],
    ['a length over 127', octets(Buffer.alloc(128)).subarray(0, 3), '048180'],
    ['a length over 255', octets(Buffer.alloc(256)).subarray(0, 4), '04820100'],
  ] as const)('writes %s as published', (_, bytes, hex) => {
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  });
});
