import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import lists from '../../src/domain/small-talk.json' with { type: 'json' };
import { isSmallTalk } from '../../src/domain/small-talk.ts';

/** Per language: what costs nothing, and what is a wish. */
const said: Record<string, readonly [talk: readonly string[], wishes: readonly string[]]> = {
  en: [
    [
      ...['ok', 'Thanks!', 'thank you so much', 'wow, thanks a lot ❤️', 'that’s SO cool', 'it’s perfect', 'love it'],
      ...[
        'good morning',
        'yes',
        'No.',
        'no thanks',
        'Looks great, well done!',
        'k',
        'lol',
        'oh my god this is amazing',
        'yes please',
      ],
      ...['+1', '10/10', '100%', 'nice one', 'much better, thanks', 'hi there', 'how cute!!', 'good bot'],
    ],
    [
      ...[
        'make it nice',
        'great, now make it blue',
        'more contrast',
        'thanks, but darker',
        'cool colours please',
        'no hat',
        'again',
      ],
      ...[
        'yes but bigger',
        'a thank-you card',
        'super dark',
        'nice and dark',
        'wow effect',
        'blue',
        'nicer',
        'more beautiful',
        'no man',
      ],
      ...[
        'hello kitty',
        'a good dog',
        'left',
        'fire',
        'night',
        'love, hearts',
        'so bright',
        'add a smile',
        '2',
        'noon',
        'god',
        'net',
      ],
      ...[
        'perfect circle',
        'thanks, again but square',
        'cool blue',
        'the best hat',
        'red',
        'say thanks',
        'ok sign',
        'yes, red',
      ],
    ],
  ],
  de: [
    [
      'Danke schön!',
      'Sehr schön, vielen Dank',
      'Das ist ja toll',
      'passt so, danke',
      'Süß!',
      'großartig',
      'nein danke',
      'Super, thanks',
    ],
    [
      'mach es schön',
      'danke, aber dunkler',
      'schöner',
      'mehr Kontrast',
      'blau',
      'sehr hell',
      'keine Haare',
      'schöne Farben',
    ],
  ],
  fr: [
    [
      'Merci beaucoup',
      'C’est génial, j’adore !',
      'trop beau',
      'Très joli, merci',
      'ça marche',
      'oui',
      'super, merci bien',
    ],
    ['merci mais plus sombre', 'plus beau', 'en bleu', 'très sombre', 'un beau chapeau', 'sans chapeau'],
  ],
  es: [
    ['¡Muchas gracias!', '¡Qué bonito!', 'me encanta, gracias', 'está muy bien', 'Sí', 'jajaja', 'no, gracias'],
    ['más bonito', 'gracias, pero más oscuro', 'azul', 'claro', 'sin sombrero', 'muy oscuro'],
  ],
  it: [
    ['Grazie mille!', 'Bellissimo, complimenti', 'che bello', 'va bene, grazie', 'è perfetto', 'sì', 'mi piace molto'],
    ['più bello', 'grazie ma più scuro', 'blu', 'più grande', 'grande', 'senza cappello'],
  ],
  pt: [
    ['Muito obrigado!', 'Ficou lindo, valeu', 'que legal', 'adorei', 'não, obrigada', 'kkkkk', 'rsrs'],
    ['mais bonito', 'obrigado, mas mais escuro', 'azul', 'claro', 'sem chapéu', 'fica azul'],
  ],
  nl: [
    ['Dank je wel!', 'Heel mooi, bedankt', 'wat leuk', 'ja graag', 'nee bedankt', 'prachtig!!', 'super mooi'],
    ['mooier', 'bedankt maar donkerder', 'blauw', 'heel donker', 'geen hoed'],
  ],
  pl: [
    ['Dziękuję bardzo', 'świetnie, dzięki!', 'Podoba mi się', 'bardzo ładne', 'tak', 'nie, dzięki', 'piękne!'],
    ['ładniej', 'dzięki, ale ciemniej', 'niebieski', 'jasne', 'bez kapelusza'],
  ],
  ru: [
    ['Спасибо большое!', 'Очень красиво, спасибо', 'круто', 'да', 'нет, спасибо', 'хахаха', 'ого, вау!!', 'спасибооо'],
    ['красивее', 'спасибо, но темнее', 'синий', 'сделай красиво', 'без шляпы', 'очень темно'],
  ],
  uk: [
    ['Дуже дякую!', 'Дуже гарно, дякую', 'круто', 'так', 'ні, дякую', 'мені подобається', 'ахаха'],
    ['гарніше', 'дякую, але темніше', 'синій', 'зроби гарно', 'без капелюха'],
  ],
  tr: [
    [
      'Çok teşekkürler!',
      'çok güzel olmuş, teşekkür ederim',
      'SÜPER',
      'İyi',
      'evet',
      'eline sağlık',
      'hayır teşekkürler',
    ],
    ['daha güzel', 'teşekkürler ama daha koyu', 'mavi', 'şapkasız', 'çok koyu'],
  ],
  ja: [
    [
      'ありがとうございます！',
      'すごい！かわいいですね',
      'いいね👍',
      'ＯＫ',
      'すごーーーい',
      '了解です',
      'はい',
      'wow すごい',
      'ｗｗｗ',
      '最高です笑',
    ],
    ['もっと明るく', 'ありがとう、でも暗くして', '青', 'かわいくして', '帽子なし', 'きれいな空', 'すごい赤'],
  ],
  zh: [
    ['谢谢！', '太棒了，谢谢你', '很好看', '好的', '哈哈哈哈', '不用了，谢谢', '666', '謝謝，好可愛喔'],
    ['更好看', '谢谢，但是暗一点', '蓝色', '不要帽子', '很暗', '好看的帽子'],
  ],
  ko: [
    ['감사합니다!', '너무 예뻐요 ㅠㅠ', 'ㅋㅋㅋㅋ', '네', '대박', '정말 멋지네요, 고마워요', 'ㅇㅋ', '아니요'],
    ['더 예쁘게', '고마워요 근데 더 어둡게', '파란색', '모자 없이', '너무 어두워요'],
  ],
  sv: [
    ['Tack så mycket!', 'Jättefint, tack', 'vad fint', 'ja tack', 'nej tack', 'så gulligt', 'hej'],
    ['finare', 'tack men mörkare', 'blå', 'ingen hatt', 'väldigt mörkt'],
  ],
  da: [
    ['Mange tak!', 'Hvor flot, tusind tak', 'rigtig godt', 'ja tak', 'nej tak', 'det er smukt'],
    ['flottere', 'tak, men mørkere', 'blå', 'uden hat', 'meget mørk'],
  ],
  no: [
    ['Tusen takk!', 'Kjempefint, takk', 'så kult', 'ja takk', 'nei takk', 'det er nydelig'],
    ['finere', 'takk, men mørkere', 'blå', 'uten hatt', 'veldig mørkt'],
  ],
  fi: [
    ['Kiitos paljon!', 'Tosi hieno, kiitos', 'ihanaa', 'joo', 'ei kiitos', 'hyvää työtä'],
    ['hienompi', 'kiitos, mutta tummempi', 'sininen', 'ilman hattua'],
  ],
  cs: [
    ['Děkuji moc!', 'Moc pěkné, díky', 'paráda', 'ano', 'ne, díky', 'líbí se mi to'],
    ['hezčí', 'díky, ale tmavší', 'modrá', 'bez klobouku', 'světlé'],
  ],
  sk: [
    ['Ďakujem pekne!', 'Krásne, vďaka', 'páči sa mi', 'áno', 'nie, ďakujem'],
    ['krajšie', 'ďakujem, ale tmavšie', 'modrá', 'zlaté'],
  ],
  hu: [
    ['Köszönöm szépen!', 'Nagyon szép, köszi', 'igen', 'nem, köszönöm', 'tetszik'],
    ['szebb', 'köszi, de sötétebb', 'kék', 'kalap nélkül'],
  ],
  ro: [
    ['Mulțumesc frumos!', 'Foarte frumos, mersi', 'da', 'nu, mulțumesc', 'îmi place'],
    ['mai frumos', 'mulțumesc, dar mai întunecat', 'albastru', 'fără pălărie'],
  ],
  el: [
    ['Ευχαριστώ πολύ!', 'Τέλειο, ευχαριστώ', 'ΝΑΙ', 'όχι ευχαριστώ', 'χαχαχα'],
    ['πιο όμορφο', 'ευχαριστώ αλλά πιο σκούρο', 'μπλε', 'χωρίς καπέλο'],
  ],
  he: [
    ['תודה רבה!', 'איזה יופי, תודה', 'כן', 'לא תודה', 'חחחח'],
    ['יותר יפה', 'תודה אבל יותר כהה', 'כחול', 'בלי כובע', 'אש'],
  ],
  ar: [
    ['شكرًا جزيلًا!', 'جميل جدًا، شكرا', 'رائع', 'نعم', 'لا، شكرا', 'ههههه', 'ما شاء الله'],
    ['أجمل', 'شكرا لكن أغمق', 'أزرق', 'بدون قبعة', 'غامق جدا'],
  ],
  fa: [
    ['خیلی ممنون!', 'خیلی قشنگه، مرسی', 'آره', 'نه ممنون', 'عالیه'],
    ['قشنگ‌تر', 'مرسی ولی تیره‌تر', 'آبی', 'بدون کلاه'],
  ],
  hi: [
    ['बहुत धन्यवाद!', 'बहुत सुंदर, शुक्रिया', 'वाह', 'हाँ', 'नहीं, धन्यवाद', 'bahut accha', 'kya baat hai'],
    ['और सुंदर बनाओ', 'धन्यवाद, पर गहरा', 'नीला', 'बिना टोपी', 'mast'],
  ],
  th: [
    ['ขอบคุณมากครับ', 'สวยมาก', 'ใช่ค่ะ', 'น่ารักจังเลย', '55555'],
    ['สวยกว่านี้', 'ขอบคุณ แต่มืดกว่านี้', 'สีฟ้า', 'ไม่ใส่หมวก'],
  ],
  vi: [
    ['Cảm ơn bạn nhiều!', 'Đẹp quá, cảm ơn', 'vâng', 'không, cảm ơn', 'tuyệt vời'],
    ['đẹp hơn', 'cảm ơn nhưng tối hơn', 'màu xanh', 'không mũ'],
  ],
  id: [
    ['Terima kasih banyak!', 'Bagus banget, makasih', 'iya', 'tidak, terima kasih', 'wkwkwk'],
    ['lebih bagus', 'makasih tapi lebih gelap', 'biru', 'tanpa topi'],
  ],
};

describe.each(Object.entries(said))('in %s', (_, [talk, wishes]) => {
  test.each(talk)('%j asks for nothing', (words) => {
    expect(isSmallTalk(words)).toBe(true);
  });
  test.each(wishes)('%j is a wish', (words) => {
    expect(isSmallTalk(words)).toBe(false);
  });
});

test('every language has a list, and examples of both', () => {
  const { everywhere: _, ...languages } = lists;
  expect(Object.keys(said).toSorted()).toEqual(Object.keys(languages).toSorted());
  for (const [language, [talk, wishes]] of Object.entries(said))
    expect([talk.length >= 3, wishes.length >= 2], language).toEqual([true, true]);
});

test.each([
  ...['', ' ', '!!', '?', '…', '¿?', '-', '👍', '👍🏽', '❤️', '👨‍👩‍👧‍👦', '🇩🇪', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏳️‍🌈', '1️⃣', 'ℹ️', '😂😂 😂'],
  ...[':tada:', ':+1::skin-tone-3:', ':tada: :heart:', '<:party:123456789012345678>', '<a:dance:123456789012345678>'],
  ...[':)', ';-)', ':D', 'xD', '<3', ':P', '^^', '^_^', 'T_T', '\\o/', ':3'],
])('%j, without a word, asks for nothing', (words) => {
  expect(isSmallTalk(words)).toBe(true);
});

test.each([
  ...['niiice', 'soooo cool', 'thanksss', 'NOOOO', 'wooow', 'goooood', 'yeeees', 'coooollll'],
  ...[
    'ahahaha',
    'haha',
    'hahahah',
    'HAHAHA',
    'muahaha',
    'hehehe',
    'jajaja',
    'lolol',
    'ahah',
    'hmmm',
    'aaah',
    'ooooh',
    'awww',
  ],
])('%j may be drawn out', (words) => {
  expect(isSmallTalk(words)).toBe(true);
});

test.each([
  ...[
    'thanks @ada',
    '@ada thanks',
    'thanks, easel!',
    'Easel, thank you',
    '@ada',
    'wow @ada_l, @bob.k',
    'good morning Easel',
  ],
  ...['no thanks, easel', '*thanks*', '_so nice_', '“wow”', '~ok~', 'thank❤️you', 'wow:tada:', 'thanks :D', 'nice:)'],
])('%j names people, or is set in signs', (words) => {
  expect(isSmallTalk(words)).toBe(true);
});

test.each([
  ...[
    'easel',
    'no easel',
    'an easel',
    'thanks @ada darker',
    '❤️ blue',
    ':tada: hat',
    'blue :)',
    '@ada blue',
    '16:9',
    '4:3',
  ],
  ...['https://example.com/thanks.png', '2: nice hat', '#2', 'x', 'ada@example.com', 'no top', 'no net'],
])('%j is a wish', (words) => {
  expect(isSmallTalk(words)).toBe(false);
});

const { everywhere, ...languages } = lists;
/** Phrases of one language and of everywhere, one after the other. */
const phrases = fc
  .constantFrom(...Object.values(languages))
  .chain((own) => fc.array(fc.constantFrom(...own, ...everywhere), { minLength: 1, maxLength: 4 }));
const between = fc.constantFrom(' ', ', ', '! ', ' 🎉 ', '... ', '\n', ' @ada ');

test('any phrases of one language in a row ask for nothing, whatever their case', () => {
  fc.assert(
    fc.property(phrases, between, fc.boolean(), (row, separator, loud) => {
      const words = row.join(separator);
      return isSmallTalk(loud ? words.toUpperCase() : words);
    }),
    { numRuns: 1_000 },
  );
});

const known = Object.values(lists).flat().join(' ').toLowerCase();
const outside = fc.oneof(
  fc.constantFrom(
    'darker',
    'blue',
    'hat',
    'contrast',
    'dunkler',
    'sombre',
    'oscuro',
    'синий',
    '青く',
    '蓝色',
    '파란색',
    'أزرق',
    'नीला',
  ),
  fc.stringMatching(/^[bcdfgpqvz]{4,9}$/).filter((word) => !known.includes(word)),
);

test('any word from elsewhere, wherever it stands, makes them a wish', () => {
  fc.assert(
    fc.property(phrases, between, outside, fc.nat(4), (row, separator, word, at) => {
      return !isSmallTalk(row.toSpliced(at, 0, word).join(separator));
    }),
    { numRuns: 1_000 },
  );
});

test('any text at all is read, however long', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof isSmallTalk(text) === 'boolean'));
  for (const part of ['thanks ', '谢', ':', ':a', 'ha', 'h', 'a', '@', 'rs', '<a:', 'ok easel '])
    expect([true, false]).toContain(isSmallTalk(part.repeat(4_000)));
});
