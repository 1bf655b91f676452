/** `US$0.0172`, `US$12.40`: from millionths of a dollar. Cents are enough from a dollar on. */
export function usdText(microUsd: number): string {
  const usd = Math.abs(microUsd) / 1e6;
  return `${microUsd < 0 ? '−' : ''}US$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
}

/** What a price below the list saves, in dollars and percent; or how much a dearer one takes on top. */
export function savingText(listMicroUsd: number, billedMicroUsd: number): string {
  const saved = listMicroUsd - billedMicroUsd;
  const share = listMicroUsd === 0 ? 0 : Math.round((Math.abs(saved) / listMicroUsd) * 100);
  const amount = `${usdText(Math.abs(saved))} (${share} %)`;
  return saved < 0 ? `${amount} over the list` : `saved ${amount}`;
}
