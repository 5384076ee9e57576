import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { recordingsFolder } from './support/recordings-folder.ts';

const { folder, read } = await recordingsFolder();
afterAll(() => rm(folder, { recursive: true }));

describe('a recording of positions', () => {
  const row = {
    match_id: 'liv-che',
    frame: 2,
    t_ms: 100,
    player: 12,
    shirt: 10.0,
    x: 36.5,
    y: -0.5,
    z: null,
    dx: 0.25,
    dy: 0,
    team: 'attack',
  };
  const line = (fields: Record<string, unknown> = {}): string => JSON.stringify({ ...row, ...fields });

  it('gives each row as an event that is known by match, frame and player', async () => {
    const [player, ball, nobody] = await read(
      'stadium-positions',
      [line(), line({ player: 0, shirt: null, team: null, z: 0.095 }), line({ shirt: null })].join('\n'),
    );
    expect(player).toEqual({
      source: 'stadium-sensors',
      subject: 'sensor-position',
      partitionKey: 'liv-che/12',
      event: {
        header: {
          source: 'stadium-sensors',
          sourceEventId: 'liv-che/2/12',
          occurredAt: Date.UTC(2020, 0, 1, 15) * 1000 + 100_000,
        },
        matchId: 'liv-che',
        frame: 2,
        object: 'player',
        player: '12',
        shirt: 10,
        team: 'attack',
        x: 36.5,
        y: -0.5,
        z: null,
        dx: 0.25,
        dy: 0,
      },
    });
    expect(ball?.event).toMatchObject({ object: 'ball', player: '0', team: null, shirt: null, z: 0.095 });
    expect(nobody?.event).toMatchObject({ object: 'player', shirt: null });
  });

  it('of another match kicks off at a time that is the same in every replay', async () => {
    const [event] = await read('stadium-positions', line({ match_id: 'a-b' }));
    expect(event?.event.header.occurredAt).toBe(Date.UTC(2020, 0, 1, 12) * 1000 + 100_000);
  });

  it.each([
    [line({ player: 'twelve' }), '"player" must be a whole number'],
    [line({ shirt: 'ten' }), '"shirt" must be a whole number'],
    [line({ x: null }), '"x" must be a number'],
    [line({ match_id: undefined }), '"match_id" is missing: must be text'],
  ])('refuses the line %s', async (text, message) => {
    await expect(read('stadium-positions', text)).rejects.toThrow(`:1 ${message}`);
  });
});

describe('a recording of broadcast events', () => {
  const row = {
    match_id: 'metrica-1',
    seq: 900,
    team: 'Away',
    type: 'PASS',
    subtype: null,
    period: 2,
    start_s: 2890.5,
    end_s: 2891,
    from: 'Player19',
    to: null,
    start_x: 0.45,
    start_y: null,
  };

  it('gives each row as an event that is known by match and number, and says when its period began', async () => {
    const [known, unknown] = await read(
      'broadcast-events',
      `${JSON.stringify(row)}\n${JSON.stringify({ ...row, match_id: 'a-b' })}`,
    );
    expect(known).toEqual({
      source: 'broadcast',
      subject: 'broadcast-event',
      partitionKey: 'metrica-1',
      event: {
        header: {
          source: 'broadcast',
          sourceEventId: 'metrica-1/900',
          occurredAt: Date.UTC(2020, 0, 1, 18) * 1000 + 2_890_500_000,
        },
        matchId: 'metrica-1',
        seq: 900,
        team: 'Away',
        type: 'PASS',
        subtype: null,
        period: 2,
        periodStartSeconds: 2885.4,
        startSeconds: 2890.5,
        endSeconds: 2891,
        fromPlayer: 'Player19',
        toPlayer: null,
        startX: 0.45,
        startY: null,
        endX: null,
        endY: null,
      },
    });
    expect(unknown?.event).toMatchObject({ periodStartSeconds: null });
  });

  it('refuses a row without a team', async () => {
    await expect(read('broadcast-events', JSON.stringify({ ...row, team: null }))).rejects.toThrow(
      ':1 "team" must be text',
    );
  });
});

describe('a recording of posts', () => {
  const row = {
    post_id: 'ncaa-1',
    text: 'Go \u{1F976} هذا',
    created_at: '2022-03-23T21:47:11.000000000',
    team: 'dukembb',
    retweets: 135,
    replies: 0,
    likes: 0,
    quotes: 0,
  };

  it('gives each row as an event that is known by its id, its text as it is', async () => {
    const [event] = await read('social-posts', JSON.stringify(row));
    expect(event).toEqual({
      source: 'social',
      subject: 'social-post',
      partitionKey: 'dukembb',
      event: {
        header: { source: 'social', sourceEventId: 'ncaa-1', occurredAt: Date.UTC(2022, 2, 23, 21, 47, 11) * 1000 },
        postId: 'ncaa-1',
        team: 'dukembb',
        text: row.text,
        retweets: 135,
        replies: 0,
        likes: 0,
        quotes: 0,
      },
    });
  });

  it('refuses half a surrogate pair, which no producer can send', async () => {
    const half = JSON.stringify({ ...row, text: 'cut \ud83d' });
    await expect(read('social-posts', half)).rejects.toThrow(':1 "text" must be text');
  });
});
