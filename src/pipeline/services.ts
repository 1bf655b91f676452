import type { ServiceState, Services } from '../domain/command.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import type { Parts } from './parts.ts';

/** How the image services do, for those who look after them. */
export function services({
  providers,
  health,
  standings,
}: Pick<Parts, 'providers' | 'health' | 'standings'>): Services {
  const state = ({ name, offers, lanes }: ImageProvider): ServiceState => {
    const models = offers.map(({ id }) => id);
    return { name, models, lanes, readyAt: health.readyAt(name), ...standings.whole(name) };
  };
  return {
    async list() {
      await Promise.all([health.refresh(providers.map(({ name }) => name)), standings.refresh()]);
      return providers.map(state);
    },
    resume: (name) => health.takeBack(name),
  };
}
