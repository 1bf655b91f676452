import type { IncomingMessage } from 'node:http';
import type { ErrorAnswer } from './faults.ts';
import type { Form } from './read-body.ts';
import type { Endpoint } from './request-rules.ts';

/** What differs where another house serves the same API: its addresses, its door, and what it takes. */
export interface Front {
  /** Undefined: no image endpoint is there. */
  endpointOf(request: IncomingMessage): Endpoint | undefined;
  /** The answer to whom it does not let in. `rule`: Easel should never have come like that. */
  door(request: IncomingMessage): { readonly answer: ErrorAnswer; readonly rule?: string } | undefined;
  /** @returns the parameters as OpenAI itself would take them. @throws Refused */
  read(form: Form, request: IncomingMessage): Record<string, unknown>;
}
