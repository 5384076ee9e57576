import { generateKeyPairSync, hash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bits, element, identifier, integer, octets, sequence, set, tagged, text, time, yes } from './der.ts';

/** An authority of this run alone, and what it signed for the services that speak TLS. PEM files. */
export interface Certificates {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const DAY = 86_400_000;
/** A run that lives longer must be started again. */
const VALID_DAYS = 365;

const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
const name = (commonName: string): Buffer => sequence(set(sequence(identifier('2.5.4.3'), text(commonName))));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(identifier(id), ...(critical ? [yes] : []), octets(value));
/** Basic constraints, key usage (keyCertSign). */
const authorityExtensions = [
  extension('2.5.29.19', true, sequence(yes)),
  extension('2.5.29.15', true, bits(Buffer.from([0b100]), 2)),
];
/** Basic constraints, key usage (digitalSignature), extended key usage (serverAuth), names. */
const serverExtensions = [
  extension('2.5.29.19', true, sequence()),
  extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)),
  extension('2.5.29.37', false, sequence(identifier('1.3.6.1.5.5.7.3.1'))),
  extension(
    '2.5.29.17',
    false,
    sequence(element(0x82, Buffer.from('localhost')), element(0x87, Buffer.from([127, 0, 0, 1]))),
  ),
];

interface Subject {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const keyIdentifier = (publicKey: KeyObject): Buffer =>
  hash('sha1', publicKey.export({ type: 'spki', format: 'der' }), 'buffer');

/** An X.509 version 3 certificate (RFC 5280), PEM. */
const certificate = (subject: Subject, issuer: Subject, issuerKey: KeyObject, now: number): string => {
  const serial = randomBytes(16);
  serial[0] = 1; // positive, and never a superfluous zero in front
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name(issuer.commonName),
    // A clock that was set back a little must not make the certificate one of the future.
    sequence(time(new Date(now - DAY)), time(new Date(now + VALID_DAYS * DAY))),
    name(subject.commonName),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      3,
      sequence(
        ...subject.extensions,
        extension('2.5.29.14', false, octets(keyIdentifier(subject.publicKey))),
        extension('2.5.29.35', false, sequence(element(0x80, keyIdentifier(issuer.publicKey)))),
      ),
    ),
  );
  const whole = sequence(toBeSigned, ecdsaWithSha256, bits(sign('sha256', toBeSigned, issuerKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

/** Makes an authority and a server certificate for `localhost` and `127.0.0.1`; the authority's key is forgotten. */
export const makeCertificates = async (folder: string, now = Date.now()): Promise<Certificates> => {
  const authorityKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const serverKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const authority: Subject = {
    commonName: 'Millrace local authority',
    publicKey: authorityKeys.publicKey,
    extensions: authorityExtensions,
  };
  const server: Subject = { commonName: 'localhost', publicKey: serverKeys.publicKey, extensions: serverExtensions };
  const files = {
    caFile: join(folder, 'ca.pem'),
    certificateFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(files.caFile, certificate(authority, authority, authorityKeys.privateKey, now)),
    writeFile(files.certificateFile, certificate(server, authority, authorityKeys.privateKey, now)),
    writeFile(files.keyFile, serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 }),
  ]);
  return files;
};
