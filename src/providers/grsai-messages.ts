/** A task takes a few hundred letters. */
const lettersMax = 1_000_000;

/**
 * The JSON values of an answer, as they come: each `data:` line of an event stream, or else the body as a whole. Which
 * of both it is can't be told beforehand: a stream that was switched off has been seen in either form.
 * @throws SyntaxError for what is neither
 */
export async function* messagesIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  let plain = '';
  const valuesIn = (line: string): unknown[] => {
    if (!line.startsWith('data:')) {
      plain += `${line}\n`;
      return [];
    }
    const data = line.slice('data:'.length).trim();
    return data === '' || data === '[DONE]' ? [] : [JSON.parse(data)];
  };
  let streamed = false;
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length + plain.length > lettersMax) throw new SyntaxError('the answer does not end');
    for (const value of lines.flatMap(valuesIn)) {
      streamed = true;
      yield value;
    }
  }
  const last = valuesIn(rest);
  yield* last;
  if (!streamed && last.length === 0) yield JSON.parse(plain.replace(/^\uFEFF/, ''));
}
