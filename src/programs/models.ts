import { buildProviders, termsOf } from '../build-providers.ts';
import { type Config, readConfig } from '../config.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { Terms } from '../domain/image-provider.ts';
import { listModels } from '../list-models.ts';
import { loadCatalogue } from '../load-catalogue.ts';
import { localPace } from '../providers/pace.ts';
import { systemClock } from '../system-clock.ts';
import { modelReport } from './model-report.ts';
import { modelText } from './model-text.ts';

/** `npm run models`: every model with its life and prices, who offers it here, and what the services say themselves. */
export async function models(json: boolean): Promise<number> {
  const config = readConfig(process.env);
  const catalogue = await loadCatalogue(config.modelsFile);
  const terms = await allTerms(config, catalogue);
  const listings = await listModels(config, catalogue);
  const report = modelReport(catalogue, terms, listings, config, systemClock.now());
  console.log(json ? JSON.stringify(report, undefined, 2) : modelText(report));
  return 0;
}

async function allTerms(config: Config, catalogue: Catalogue): Promise<readonly Terms[]> {
  if (config.providers.length > 0) return config.providers.map((provider) => termsOf(provider, catalogue));
  const sketch = await buildProviders(config, catalogue, systemClock, localPace(systemClock));
  return sketch.map((provider) => ({ ...provider, nameOf: (id: string) => id }));
}
