import { describe, expect, test } from 'vitest';
import { usage, usageHint } from '../../src/domain/command-text.ts';
import { isRefusal, refusalText } from '../../src/domain/refusal.ts';
import { commandOf, given, sayable } from './read-line.ts';

const refusal = (said: string): string => {
  const answer = given(said);
  return isRefusal(answer) ? refusalText(answer) : `no refusal: ${JSON.stringify(answer)}`;
};

describe('free words', () => {
  test.each([
    ['a red fox', 'a red fox'],
    ['  a red fox  ', 'a red fox'],
    ['two  foxes,\nside by side', 'two  foxes,\nside by side'],
    ['a sign that says "OPEN LATE", in red', 'a sign that says "OPEN LATE", in red'],
    ['"a red fox"', 'a red fox'],
    ['“a red fox”', 'a red fox'],
    ['a fox saying: hello', 'a fox saying: hello'],
    ['like https://example.com/a?b=c:d but blue', 'like https://example.com/a?b=c:d but blue'],
    ['16:9 letterbox at 12:30', '16:9 letterbox at 12:30'],
    ['a fox - red - on ice', 'a fox - red - on ice'],
    ['a fox — red — on ice', 'a fox — red — on ice'],
    ['the cat–dog scale', 'the cat–dog scale'],
    [':fox: <3 & <https://example.com|here>', ':fox: <3 & <https://example.com|here>'],
    ['it’s 5" wide', 'it’s 5" wide'],
    ['a “fox', 'a “fox'],
    ['draw <@slack:T1/U1|bob> and <@slack:T1/U2>', 'draw @bob and @slack:T1/U2'],
    ['<@slack:T1/U1|bob> on a horse', '@bob on a horse'],
    ['"<@slack:T1/U1|bob> on a horse"', '@bob on a horse'],
    ['𝒂 🦊 في الثلج', '𝒂 🦊 في الثلج'],
  ])('are the prompt: %j', (line, prompt) => {
    expect(given(`/imagine ${line}`)).toEqual({ prompt });
  });
});

describe('options', () => {
  test.each([
    ['a red fox count:2'],
    ['count:2 a red fox'],
    ['a count:2 red fox'],
    ['a red fox count: 2'],
    ['a red fox --count 2'],
    ['a red fox --count=2'],
    ['a red fox —count 2'],
    ['a red fox –count 2'],
    ['a red fox —count=2'],
    ['a red fox COUNT:2'],
    ['a red fox count:"2"'],
    ['a red fox count:“2”'],
    ['a red fox --count "2"'],
    ['prompt:"a red fox" count:2'],
    ['--prompt "a red fox" --count 2'],
    ['"a red fox" count:2'],
    ['a red fox count:9 count:2'],
  ])('are found in: %s', (line) => {
    expect(given(`/imagine ${line}`)).toEqual({ prompt: 'a red fox', count: 2 });
  });

  test.each([
    ['text:"top: OPEN LATE | bottom: since 1999"', 'top: OPEN LATE | bottom: since 1999'],
    ['text:“OPEN LATE”', 'OPEN LATE'],
    ['text:„OPEN LATE“', 'OPEN LATE'],
    ['text:«OPEN LATE»', 'OPEN LATE'],
    ['text:”OPEN LATE”', 'OPEN LATE'],
    ['text:“OPEN LATE"', 'OPEN LATE'],
    ['text:"OPEN LATE”', 'OPEN LATE'],
    ['text:"he said “hi” to her"', 'he said “hi” to her'],
    ['text:«5" wide»', '5" wide'],
    ['text:OPEN', 'OPEN'],
    ['text:<@slack:T1/U1|bob>', '@bob'],
    ['text:<@slack:T1/U1|Bob Smith>', '@Bob Smith'],
    ['--text <@slack:T1/U1|bob>', '@bob'],
  ])('hold several words in quotes of any kind: %s', (option, text) => {
    expect(given(`/imagine a shop ${option}`)).toEqual({ prompt: 'a shop', text });
  });

  test.each([
    ['--fresh a fox'],
    ['a fox --fresh'],
    ['a fox fresh:yes'],
    ['a fox --fresh yes'],
    ['a fox --fresh=true'],
    ['a fox —fresh on'],
  ])('that are flags need no value: %s', (line) => {
    expect(given(`/imagine ${line}`)).toEqual({ prompt: 'a fox', fresh: true });
  });

  test('a flag can be off', () => {
    expect(given('/imagine a fox fresh:no')).toEqual({ prompt: 'a fox', fresh: false });
  });

  test('what stands apart stays apart', () => {
    expect(given('/imagine a red count:"2"fox')).toEqual({ prompt: 'a red fox', count: 2 });
  });
});

describe('people', () => {
  test.each([
    ['<@slack:T1/U1|bob> 500 for the launch'],
    ['<@slack:T1/U1> 500 for the launch'],
    ['<@slack:T1/U1|Bob Smith> 500 for the launch'],
    ['user:<@slack:T1/U1|bob> amount:500 reason:"for the launch"'],
    ['user:<@slack:T1/U1|Bob Smith> amount:500 reason:"for the launch"'],
    ['--user <@slack:T1/U1|bob> --amount 500 for the launch'],
    ['--user=<@slack:T1/U1|Bob Smith> 500 for the launch'],
    ['user:slack:T1/U1 500 for the launch'],
  ])('are who they are where a person is asked for: %s', (line) => {
    expect(given(`/credits grant ${line}`)).toEqual({ user: 'slack:T1/U1', amount: 500, reason: 'for the launch' });
  });

  test('are a name in the reason', () => {
    expect(given('/credits grant <@slack:T1/U1|bob> 5 thanks to <@slack:T1/U2|ann>')).toMatchObject({
      reason: 'thanks to @ann',
    });
  });

  test('who is nobody is refused', () => {
    expect(refusal('/credits grant bob 5 thanks')).toContain('user must be a person, such as @ann; “bob” is not.');
  });
});

describe('groups', () => {
  const verbs = (said: string) => given(said);
  test('take the verb that is named, else the one that is usual', () => {
    expect(verbs('/credits')).toEqual({});
    expect(verbs('/credits history')).toEqual({});
    expect(verbs('/credits HISTORY ')).toEqual({});
    expect(verbs('/settings set quality:high')).toEqual({ quality: 'high' });
    expect(verbs('/settings team count-max:6')).toEqual({ 'count-max': 6 });
    expect(verbs('/settings team 6')).toEqual({ 'count-max': 6 });
  });

  test('say what they do not take', () => {
    expect(refusal('/credits everything')).toBe(
      '“everything” is more than this command takes. Nothing was charged. Put words that belong together in "quotes".',
    );
  });
});

describe('the only option of a command', () => {
  test.each([
    ['/help imagine', { about: 'imagine' }],
    ['/help about:imagine', { about: 'imagine' }],
    ['/history 5', { most: 5 }],
    ['/cancel all', { all: true }],
    ['/cancel --all', { all: true }],
    ['/cancel all:yes', { all: true }],
    ['/cancel', {}],
  ])('needs no name: %s', (said, values) => {
    expect(given(said)).toEqual(values);
  });
});

describe('what is not understood is refused in words that help', () => {
  test.each([
    ['/imagine a fox cuont:2', 'There is no option cuont. Nothing was charged. Did you mean count?'],
    ['/imagine a fox --qualty high', 'There is no option qualty. Nothing was charged. Did you mean quality?'],
    ['/imagine a fox —sytle photo', 'There is no option sytle. Nothing was charged. Did you mean style?'],
    ['/imagine a fox zebra:red', 'There is no option zebra. Nothing was charged. There are prompt, shape, size,'],
    ['/imagine a fox --constructor x', 'There is no option constructor. Nothing was charged. There are'],
    ['/imagine', 'Say what to draw: prompt is missing. Nothing was charged.'],
    ['/imagine count:2', 'Say what to draw: prompt is missing. Nothing was charged.'],
    ['/imagine prompt:"   "', 'Say what to draw: prompt is missing. Nothing was charged.'],
    ['/imagine a fox --count', 'count needs a value. Nothing was charged. Try count:1.'],
    ['/imagine a fox --count --fresh', 'count needs a value. Nothing was charged. Try count:1.'],
    ['/imagine a fox count:many', 'count must be a whole number from 1 to 10; “many” is not. Nothing was charged.'],
    [
      '/imagine a fox count:12',
      'count must be a whole number from 1 to 10; “12” is not. Nothing was charged. Try count:10.',
    ],
    [
      '/imagine a fox quality:hi',
      'quality is one of low, medium, high, xhigh, max; “hi” is not. Nothing was charged. Try quality:high.',
    ],
    ['/imagine a fox fresh:maybe', 'fresh is yes or no; “maybe” is neither. Nothing was charged.'],
    ['/imagine prompt:fox on ice', '“on ice” stands outside of prompt:. Nothing was charged. Put words'],
    ['/credits grant <@console:bob|bob> 5', 'Say why, for the record: reason is missing. Nothing was charged.'],
  ])('%s', (said, sentence) => {
    expect(refusal(said)).toContain(sentence);
  });

  test('and never at the length of what was said', () => {
    const long = 'x'.repeat(5_000);
    for (const said of [
      `/imagine a fox ${long}:1`,
      `/imagine a fox count:${long}`,
      `/imagine a fox quality:${long}`,
      `/imagine a fox fresh:${long}`,
      `/imagine a fox model:${long}`,
      `/imagine prompt:a ${long}`,
      `/credits ${long}`,
      `/credits grant ${long} 5 thanks`,
    ])
      expect(refusal(said).length).toBeLessThan(400);
  });
});

describe('how to say it', () => {
  test('is shown for every option', () => {
    for (const { options } of sayable)
      for (const name of Object.keys(options)) expect(usage(options)).toMatch(new RegExp(`(^|[ @[])${name}`));
  });

  test('shows what is needed bare and what is optional in brackets', () => {
    const credits = commandOf('credits');
    expect(usageHint(credits)).toBe(
      'balance | history | grant @user amount reason | revoke @user amount reason | report [days:1–365]',
    );
    expect(usageHint(commandOf('cancel'))).toBe('[all:yes]');
    expect(usageHint(commandOf('help'))).toBe('[about:…]');
    expect(usageHint(commandOf('history'))).toBe('[most:1–25]');
  });
});
