/** How far a picture is, as services write it between the lines: `进度 35%`, `Progress: 35%`. The last one counts. */
const progress = /(?:进度|progress)\D{0,8}(\d{1,3})(?:\.\d{1,3})? ?[%％]/gi;

/** From 0 to 100; undefined where nothing is said. */
export function percentIn(text: string): number | undefined {
  const percents = [...text.matchAll(progress)].map(([, percent]) => Number(percent));
  return percents.findLast((percent) => percent <= 100);
}
