/**
 * Reads CSV as strictly as it is written down: every record ends in CR LF and has as many fields as the first; quotes
 * stand around a whole field only, doubled inside. Source: RFC 4180 §2, read 2026-11.
 * @throws Error at what is none
 */
export function readCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const records: string[][] = [];
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 40)}`);
    const [, quoted, bare = '', ending] = found;
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (ending === ',') continue;
    if (record.length !== (records[0] ?? record).length) throw new Error(`record ${records.length} has another length`);
    records.push(record);
    record = [];
  }
  if (record.length > 0) throw new Error('the last record does not end');
  return records;
}
