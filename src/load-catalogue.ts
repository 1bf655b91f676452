import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { modelProblem } from './check-model.ts';
import { type Catalogue, findModel } from './domain/catalogue.ts';

const builtIn = path.join(import.meta.dirname, 'providers', 'models.json');
const fields = [
  'id',
  'life',
  'aliases',
  'qualities',
  'sizes',
  'shapes',
  'formats',
  'backgrounds',
  'countMax',
  'referencesMax',
  'mask',
  'partialImagesMax',
  'promptCharactersMax',
  'prices',
  'outputTokens',
  'partialImageTokens',
  'inputImageTokens',
  'kinds',
];

/**
 * Reads the catalogue of models, the built-in one or `MODELS_FILE`.
 * @throws Error in plain words when it is no catalogue
 */
export async function loadCatalogue(file = builtIn): Promise<Catalogue> {
  const fail = (what: string): never => {
    throw new Error(`The catalogue of models ${file} can't be used: ${what}`);
  };
  const text = await readFile(file, 'utf8').catch(() => fail('it can’t be read'));
  let catalogue: Catalogue;
  try {
    catalogue = JSON.parse(text) as Catalogue;
  } catch {
    return fail('it is no JSON');
  }
  if (!Array.isArray(catalogue?.models)) return fail('it has no list “models”');
  for (const [position, model] of catalogue.models.entries()) {
    if (typeof model !== 'object' || model === null) return fail(`model ${position + 1} is no object`);
    const missing = fields.filter((field) => !(field in model));
    if (missing.length > 0) return fail(`model ${model.id ?? position + 1} lacks ${missing.join(', ')}`);
    const wrong = modelProblem({ ...model });
    if (wrong) return fail(`model ${model.id}: ${wrong}`);
  }
  if (typeof catalogue.default !== 'string') return fail('it names no default model');
  if (!findModel(catalogue, catalogue.default))
    return fail(`its default model “${catalogue.default}” is not in the list`);
  return catalogue;
}
