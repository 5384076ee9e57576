import { describe, expect, it } from 'vitest';
import { languageOf } from '../../lambdas/enrichment/post-language.ts';

describe('the language of a post', () => {
  it.each([
    ['What a game by the whole team last night', 'en'],
    ['They won it', 'en'],
    ['WHAT A GAME. PREVAILS down the stretch', 'en'],
    ['Esto es una gran victoria para el equipo', 'es'],
    ['Nadie nos quería esta temporada y ahora somos ELITE 8!!!! Lets go', 'es'],
    ['Après la victoire cette nuit contre Ohio State, l’équipe est de retour', 'fr'],
    ['Juste incroyable à chaque année et me chie dans les mains', 'fr'],
    ['Das war ein großartiges Spiel gestern Abend', 'de'],
    ['Отличная игра сегодня вечером', 'ru'],
    ['هذا فريق عظيم', 'ar'],
    ['이 경기 정말 대단했어요', 'ko'],
  ])('%s is %s', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });

  it.each([
    ['素晴らしい試合でした', 'ja'],
    ['今日の試合', 'ja'],
    ['这场比赛真精彩', 'zh'],
    ['เกมที่ยอดเยี่ยม', 'th'],
  ])('%s is %s, although it has no spaces', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });

  it.each([
    'Women’s Basketball',
    'HUSKIES WIN',
    'LET’S GO',
    "Let's go!!!",
    'Orlando, FL',
    'Starters vs. Indiana',
    'Starters vs. Texas Tech',
    'Sweet sixteen five',
    'Elite 8 matchup',
    'Paolo making Coach K blush in the postgame interview',
    'FROM SWEET TO ELITE',
  ])('cannot be told of English that looks foreign: %s', (text) => {
    expect(languageOf(text)).toBe('und');
  });

  it.each([
    '',
    'lol',
    'Go Duke',
    '2-1 !!! \u{1F525}\u{1F525}',
    '連',
    'W w w w w w w w w w w w',
    'Xqzt vrrkk pfwgh mnbtq',
  ])('cannot be told of what says too little: %s', (text) => {
    expect(languageOf(text)).toBe('und');
  });
});
