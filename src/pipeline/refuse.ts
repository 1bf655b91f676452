import type { Received, Responder } from '../domain/chat-platform.ts';
import { type Refusal, refusalText } from '../domain/refusal.ts';

/** Tells the person no, and why. */
export async function refuse(refusal: Refusal, respond: Responder): Promise<Received> {
  await respond.tell(refusalText(refusal));
  return { refused: refusal };
}
