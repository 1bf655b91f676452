import { type APIUser, type REST, Routes } from 'discord.js';

/** Easel as Discord knows it. */
export interface Bot {
  readonly rest: REST;
  /** Its own user. */
  self(): Promise<string>;
}

/** @param known its own user where the gateway has told it; else Discord is asked, once */
export function createBot(rest: REST, known: () => string | undefined): Bot {
  let asked: string | undefined;
  return {
    rest,
    async self() {
      asked ??= known() ?? ((await rest.get(Routes.user())) as APIUser).id;
      return asked;
    },
  };
}
