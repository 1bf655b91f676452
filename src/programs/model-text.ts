import { shapes } from '../domain/image.ts';
import { lanes } from '../domain/image-provider.ts';
import { counted } from '../domain/text.ts';
import type { ModelReport, OfferRow, PriceRow } from './model-report.ts';

type ModelRow = ModelReport['models'][number];

/** The report for people, in at most 100 columns. */
export function modelText(report: ModelReport): string {
  const { models, creditUsd, read } = report;
  const living = models.filter(({ state }) => state !== 'gone');
  const gone = models.filter(({ state }) => state === 'gone');
  const [first, ...others] = living.toSorted((a, b) => rank(a, report) - rank(b, report));
  return [
    `${counted(living.length, 'model')}. Prices are for one picture, in credits and US$; one credit is US$${creditUsd}.`,
    `Facts of the catalogue of ${read}. “–”: no known price, so it is refused.`,
    ...(report.placeholders ? ['', ...placeholderLines] : []),
    ...[first, ...others].flatMap((model) => (model ? ['', ...modelLines(model, report)] : [])),
    ...(gone.length === 0 ? [] : ['', 'Gone', ...gone.map(goneLine)]),
    ...(report.placeholders ? [] : ['', 'What the services say themselves', ...serviceLines(report)]),
  ].join('\n');
}

const placeholderLines = [
  'No image service is set up: the built-in sketch draws placeholders. Set OPENAI_API_KEY or PROVIDERS',
  '(README, “Configuration”) to have these models make pictures.',
];

/** The default first, then what is offered here, then the rest. */
const rank = ({ id, offers }: ModelRow, report: ModelReport): number =>
  id === report.default ? 0 : offers.length > 0 ? 1 : 2;

function modelLines(model: ModelRow, report: ModelReport): string[] {
  const { id, summary, offers, prices } = model;
  const state = id === report.default ? `${model.state}, the default` : model.state;
  const own = offers.filter((offer) => !isAmong(offer.prices, prices));
  const nobody = offers.length === 0 ? ['  No service here offers it.'] : [];
  return [
    `${id} (${state}): ${summary}`,
    ...(model.state === 'current' ? [] : [`  ${lifeText(model)}`]),
    ...priceLines('list price', prices),
    ...billingLines(model),
    ...offers.flatMap((offer) => [
      ...offerLines(offer, model, report),
      ...(own.includes(offer) ? priceLines(`at ${offer.provider}`, offer.prices) : []),
    ]),
    ...nobody,
  ];
}

function lifeText({ on, inDays, successor }: ModelRow): string {
  const then = successor ? `; from then on requests for it are made with ${successor}` : '; it has no successor';
  return `retires on ${on}, in ${counted(inDays ?? 0, 'day')}${then}`;
}

const goneLine = ({ id, on, successor }: ModelRow): string =>
  `  ${id.padEnd(24)}since ${on}; ${successor ? `requests for it are made with ${successor}` : 'it has no successor'}`;

/** Whether a service takes the list price for all it offers of the model. */
function isAmong(prices: readonly PriceRow[], list: readonly PriceRow[]): boolean {
  const known = new Set(list.map((price) => JSON.stringify(price)));
  return prices.every((price) => known.has(JSON.stringify(price)));
}

const [labelWide, cellWide] = [22, 25];

/** A row for each quality, a column for each shape. */
function priceLines(label: string, prices: readonly PriceRow[]): string[] {
  if (prices.length === 0) return [];
  const sizeOf = (shape: string) => prices.find((price) => price.shape === shape)?.size ?? '';
  const head = shapes.map((shape) => `${shape} ${sizeOf(shape)}`.padStart(cellWide)).join('');
  const rows = qualitiesOf({ prices }).map((quality) => {
    const cells = shapes.map((shape) =>
      cellText(prices.find((price) => price.quality === quality && price.shape === shape)).padStart(cellWide),
    );
    return `    ${quality.padEnd(labelWide - 4)}${cells.join('')}`;
  });
  return [`  ${clipped(label, labelWide - 2).padEnd(labelWide - 2)}${head}`, ...rows];
}

const qualitiesOf = ({ prices }: Pick<OfferRow, 'prices'>): readonly string[] => [
  ...new Set(prices.map(({ quality }) => quality)),
];

function cellText(price: PriceRow | undefined): string {
  if (!price || price.credits === null || price.usd === null) return '–';
  return `${price.credits}  ${`$${price.usd.toFixed(4)}`.padStart(8)}`;
}

function billingLines({ tokenPrices, extras }: ModelRow): string[] {
  if (!tokenPrices || !extras) return [];
  const { textIn, imageIn, imageOut } = tokenPrices;
  return [
    `  billed per million tokens: $${imageOut} for pictures, $${imageIn} for pictures to change, $${textIn} for words`,
    `  a preview while it is made adds $${extras.previewUsd.toFixed(4)}, each picture to change $${extras.inputUsd.toFixed(4)}`,
  ];
}

function offerLines(offer: OfferRow, model: ModelRow, { placeholders }: ModelReport): string[] {
  const { provider, name, priceMultiplier, tasks, formats } = offer;
  const does = tasks.map((task) => (task === 'generate' ? 'draws' : 'changes')).join(' and ');
  const which = offer.lanes.length === lanes.length ? 'all lanes' : `lanes ${offer.lanes.join(', ')}`;
  const qualities = qualitiesOf(offer);
  const fewer = qualities.length < qualitiesOf(model).length ? `quality ${qualities.join(' ')} only` : undefined;
  const price = priceMultiplier === 1 ? undefined : `${priceMultiplier} × the price`;
  const facts = [
    placeholders ? 'placeholders' : `as ${name}`,
    price,
    perImageText(offer),
    does,
    fewer,
    formats.join(' '),
    which,
  ];
  return wrapped(
    `  ${provider}: `,
    facts.filter((fact) => fact !== undefined),
  );
}

function perImageText({ perImage, tokenPrices }: OfferRow): string | undefined {
  if (perImage === null) return undefined;
  return tokenPrices ? 'billed per picture or per token, whichever is less' : 'billed per picture';
}

const columnsMax = 100;

/** Joined by commas; what no longer fits goes on below, further in. */
function wrapped(start: string, facts: readonly string[]): string[] {
  const lines = [start];
  for (const [at, fact] of facts.entries()) {
    const piece = at === facts.length - 1 ? fact : `${fact}, `;
    const line = lines.at(-1) ?? '';
    if (line.length + piece.trimEnd().length <= columnsMax || line.trim() === '')
      lines[lines.length - 1] = line + piece;
    else lines.push(`      ${piece}`);
  }
  return lines.map((line) => line.trimEnd());
}

const clipped = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

function serviceLines({ models, services }: ModelReport): string[] {
  return services.flatMap(({ provider, unknown }) => {
    if (unknown !== null) return wrapped(`  ${provider} `, [`${unknown}: not compared`]);
    const told = models.flatMap((model) =>
      model.offers
        .filter((offer) => offer.provider === provider)
        .flatMap((offer) => differences(model, offer))
        .map((what) => `  ${provider} ${what}`),
    );
    return told.length > 0 ? told : [`  ${provider} lists all that it is to offer here, and no other last day`];
  });
}

/** Where a service says something else than the catalogue. One that says no day for a shutdown contradicts nobody. */
function differences({ id, on }: ModelRow, { name, listed, shutsDownOn }: OfferRow): string[] {
  const called = name === id ? id : `${id} (${name})`;
  if (listed === false) return [`does not list ${called}: requests for it may fail there`];
  if (shutsDownOn === null || shutsDownOn === on) return [];
  return [`shuts down ${called} on ${shutsDownOn}; the catalogue ${on ? `says ${on}` : 'knows no day'}`];
}
