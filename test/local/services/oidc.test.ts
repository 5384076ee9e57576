import { createRemoteJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type RunningIssuer } from '../../../local/services/oidc/start-issuer.ts';

const name = 'https://issuer.millrace.invalid';
const expected = { issuer: name, audience: 'millrace' };

let issuer: RunningIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
  issuer.define(name, 'millrace');
});
afterAll(() => issuer.stop());

const askForToken = (form: Record<string, string>): Promise<Response> =>
  fetch(`${issuer.endpoint}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });

describe('the local issuer', () => {
  it('says where its keys and tokens are, under the name that the template gives it', async () => {
    const response = await fetch(`${issuer.endpoint}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      issuer: name,
      jwks_uri: `${issuer.endpoint}/.well-known/jwks.json`,
      token_endpoint: `${issuer.endpoint}/oauth2/token`,
    });
  });

  it('gives whoever asks a token, which its public keys vouch for', async () => {
    const response = await askForToken({ grant_type: 'client_credentials', client_id: 'page', scope: 'millrace/read' });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const keys = createRemoteJWKSet(new URL(`${issuer.endpoint}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, expected);
    expect(payload).toMatchObject({ sub: 'page', scope: 'millrace/read', aud: 'millrace', iss: name });
  });

  it('keeps no private key where others can read it', async () => {
    const text = await (await fetch(`${issuer.endpoint}/.well-known/jwks.json`)).text();
    expect(Object.keys((JSON.parse(text) as { keys: [object] }).keys[0])).not.toContain('d');
  });

  it.each(['OPTIONS', 'POST'])('gives a page of another origin nothing: %s', async (method) => {
    const response = await fetch(`${issuer.endpoint}/oauth2/token`, {
      method,
      headers: { origin: 'https://elsewhere.example' },
      ...(method === 'POST' ? { body: new URLSearchParams({ grant_type: 'client_credentials' }) } : {}),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.text()).not.toContain('access_token');
  });

  it.each([
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a form that is too large', { grant_type: 'client_credentials', x: 'x'.repeat(20_000) }, 400, 'invalid_request'],
  ])('refuses %s as RFC 6749 has it', async (_, form, status, error) => {
    const response = await askForToken(form);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ error })]);
  });

  it('answers nothing else', async () => {
    expect((await fetch(`${issuer.endpoint}/else`)).status).toBe(404);
  });

  it('mints what it is asked for', async () => {
    const token = await issuer.mint({ subject: 'witness', audience: 'others', scope: 'a b', expiresInSeconds: 60 });
    const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
    expect(claims).toMatchObject({ sub: 'witness', aud: 'others', scope: 'a b', iss: name });
    expect(exp - iat).toBe(60);
  });

  it('has one name, which a template must give it first', async () => {
    const nameless = await startIssuer();
    await expect(nameless.mint()).rejects.toThrow('no name yet');
    nameless.define(name, 'millrace');
    nameless.define(name, 'another client');
    expect(() => nameless.define('https://other.invalid', 'millrace')).toThrow('has one issuer');
    await nameless.stop();
  });
});

describe('a token is taken', () => {
  it('when issuer, audience and time are right', async () => {
    expect(await issuer.verify(await issuer.mint({ subject: 'me' }), expected)).toMatchObject({ sub: 'me' });
  });

  it.each([
    ['expired', () => issuer.mint({ expiresInSeconds: -1 })],
    ['audience', () => issuer.mint({ audience: 'others' })],
    ['issuer', () => issuer.mint({ issuer: 'https://other.invalid' })],
    ['malformed', async () => 'garbage'],
    [
      'signature',
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT({ iss: name, aud: 'millrace' })
          .setProtectedHeader({ alg: 'RS256' })
          .setExpirationTime('1h')
          .sign(privateKey);
      },
    ],
    [
      'malformed', // "alg": "none"
      async () => {
        const [, body = ''] = (await issuer.mint()).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
      },
    ],
  ])('and not when it is wrong: %s', async (fault, token) => {
    await expect(issuer.verify(await token(), expected)).rejects.toMatchObject({ name: 'TokenError', fault });
  });
});
