/** What people write. Emoji of several code points, both directions of writing, marks that combine: all of it is right. */
export const everydayTexts: readonly string[] = [
  'What a game this is, I have not sat down once since kick-off',
  'Can somebody please mark their number nine? #MillTown',
  'Ref!!! @matchofficials are we watching the same match?',
  'Half the stand is singing, the other half is queueing for pies 🥧',
  'Kein schlechtes Spiel bisher, aber vorne fehlt die Ruhe. #WeirUnited',
  'Quel match, on ne voit pas le temps passer &lt;3',
  'Qué partidazo, así da gusto 🙌🏽',
  '⚽️⚽️⚽️',
  '👨‍👩‍👧‍👦 in block C, come and say hello 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'يا لها من مباراة رائعة #كرة_القدم',
  'איזה משחק! קדימה מיל טאון 💙',
  'بازی فوق‌العاده‌ای است، بچه‌ها عالی هستند',
  '今日の試合は最高だ！応援よろしく',
  'Z̷a̷l̷g̷o̷ in goal today, apparently',
  'https://t.co/k2Jr8sQm1x',
  'https://example.com/live?match=42#top',
  'Line up, odds &amp; more: https://t.co/Zz81ab',
  '@WeirUnited @MillTown who pays for the roof then?',
  '#MillTown #WeirUnited #derby',
];

export const goalTexts: readonly string[] = [
  'GOOOOOAL 🔥🔥🔥 #MillTown',
  'GOAL! Did you see that?! 😱',
  'TOOOOR! Was für ein Schuss! #WeirUnited',
  'هدف!!! ⚽️🎉',
  'גול!!! 🎉',
  'Never in doubt 💪🏿 https://t.co/g0a1',
  'https://t.co/replay99',
];

export const incidentTexts: readonly string[] = [
  'That is never a yellow 🟨',
  'How did that stay out? #derby',
  'أنقذها الحارس! 🧤',
  'What a save 🧤',
];
