import { numberIn, textIn, type PushedEvent } from '../messages.ts';

export interface Post {
  readonly id: string;
  readonly team: string;
  /** What the post says, or what was posted where nothing is left of it without links and tags. */
  readonly text: string;
  /** ISO 639-1; undefined where it cannot be told. */
  readonly language: string | undefined;
  readonly tags: readonly string[];
  readonly likes: number;
  readonly retweets: number;
  readonly isRepost: boolean;
}

const mostTags = 3;

/** @returns undefined for a body that is no post */
export const readPost = ({ sourceEventId, body }: PushedEvent): Post | undefined => {
  const team = textIn(body, 'team');
  const text = textIn(body, 'text') ?? textIn(body, 'originalText');
  if (team === undefined || text === undefined) return undefined;
  const language = textIn(body, 'language');
  const tags = Array.isArray(body['tags']) ? body['tags'].filter((tag) => typeof tag === 'string') : [];
  return {
    id: textIn(body, 'postId') ?? sourceEventId,
    team,
    text,
    language: language === 'und' ? undefined : language,
    tags: tags.slice(0, mostTags),
    likes: numberIn(body, 'likes') ?? 0,
    retweets: numberIn(body, 'retweets') ?? 0,
    isRepost: body['repost'] === true,
  };
};

const names = new Intl.DisplayNames('en', { type: 'language' });

/** `German` for `de`; what is no language stays as it is. */
export const languageName = (code: string): string => {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
};
