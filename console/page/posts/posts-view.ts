import { byId, make } from '../elements.ts';
import type { Message } from '../messages.ts';
import { shortCount } from '../numbers.ts';
import { createRolling } from '../rolling-list.ts';
import { languageName, readPost, type Post } from './read-post.ts';

const most = 8;

const tone = (team: string): string =>
  String(Array.from(team).reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % 3);

const entry = ({ team, text, language, tags, likes, retweets, isRepost }: Post): readonly Node[] => {
  const words = make('p', { class: 'words', dir: 'auto' }, text);
  if (language !== undefined) words.lang = language;
  const about = make('p', { class: 'about' });
  about.append(make('span', { class: 'chip', 'data-tone': tone(team) }, team));
  if (language !== undefined) about.append(make('span', { class: 'language' }, languageName(language)));
  if (isRepost) about.append(make('span', {}, 'repost'));
  for (const tag of tags) about.append(make('span', { class: 'tag', dir: 'auto' }, `#${tag}`));
  about.append(make('span', { class: 'counts' }, `${shortCount(likes)} likes · ${shortCount(retweets)} shares`));
  return [about, words];
};

/** What people write, newest on top. */
export const createPosts = () => {
  const list = createRolling<Post>(byId('talk'), most, entry);
  return {
    add: ({ events }: Message): void => list.add(events.flatMap((event) => readPost(event) ?? [])),
  };
};
