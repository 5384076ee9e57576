import { describe, expect, it } from 'vitest';
import { createResume } from '../../../feeds/subscriber/resume.ts';

const channel = 'match/events/m1';
const asking = (...answers: { readonly status?: number; readonly body: unknown }[]) => {
  const urls: string[] = [];
  const headers: unknown[] = [];
  const resume = createResume({
    apiUrl: 'http://api',
    token: () => Promise.resolve('token'),
    fetch: (url, init) => {
      urls.push(url);
      headers.push(init.headers);
      const { status = 200, body = {} } = answers.shift() ?? {};
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
  });
  return { resume, urls, headers };
};

describe('the resume endpoint', () => {
  it('is asked as its page says, with a token', async () => {
    const { resume, urls, headers } = asking({
      body: { delivery: 'each', given: 6, messages: [{ number: 5 }], more: true },
    });
    expect(await resume(channel, 4)).toEqual({ kind: 'messages', given: 6, messages: [{ number: 5 }] });
    expect(urls).toEqual(['http://api/v1/channels/match.events.m1/messages?after=4&limit=200']);
    expect(headers).toEqual([{ authorization: 'Bearer token' }]);
  });

  it('answers a snapshot in pages, which are one', async () => {
    const page = (number: number, more: boolean) => ({
      body: { delivery: 'latest', given: number, snapshot: { number, events: [number] }, more },
    });
    const { resume, urls } = asking(page(3, true), page(7, false));
    expect(await resume(channel, 1)).toEqual({ kind: 'snapshot', given: 7, number: 7, events: [3, 7] });
    expect(urls[1]).toContain('after=3');
  });

  it('says from where on it has what was asked for', async () => {
    const { resume } = asking({ status: 410, body: { error: 'gone', oldest: 9 } });
    expect(await resume(channel, 1)).toEqual({ kind: 'gone', oldest: 9 });
  });

  it.each([
    [404, { error: 'not-found' }, '404'],
    [500, {}, '500'],
    [200, { delivery: 'never' }, 'delivery'],
  ])('that answers %s %j is an error', async (status, body, says) => {
    const { resume } = asking({ status, body });
    await expect(resume(channel, 1)).rejects.toThrow(says);
  });

  it('is not asked for ever for one snapshot', async () => {
    const endless = Array.from({ length: 60 }, () => ({
      body: { delivery: 'latest', given: 3, snapshot: { number: 3, events: [] }, more: true },
    }));
    await expect(asking(...endless).resume(channel, 1)).rejects.toThrow('more than 50 pages');
  });
});
