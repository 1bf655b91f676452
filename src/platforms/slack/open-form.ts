import { Fault } from '../../domain/fault.ts';
import type { Form } from '../../domain/form.ts';
import { slackError } from './faults.ts';
import { asksForFiles, formView } from './form-view.ts';
import type { SlackPlace } from './place.ts';
import type { SlackApi } from './slack-api.ts';

/**
 * Shows a form, without its fields for files where Easel may not read files. False when nothing was shown: a trigger is
 * good for one form, within three seconds. Source: docs.slack.dev, "views.open" and "File input element", read 2026-11.
 */
export async function openForm(slack: SlackApi, form: Form, place: SlackPlace, trigger: string): Promise<boolean> {
  const show = (withFiles: boolean) =>
    slack.call(
      'opening a form',
      (web) => web.views.open({ trigger_id: trigger, view: formView(form, place, withFiles) }),
      1,
    );
  const asks = form.fields.some(asksForFiles);
  const mayAsk = slack.may('files:read');
  try {
    await show(mayAsk).catch((error: unknown) => {
      if (!asks || !mayAsk || !isAboutTheView(error)) throw error;
      slack.log.warn({ err: error }, 'Slack did not take a form with files');
      return show(false);
    });
    return true;
  } catch (error) {
    slack.log.warn({ err: error }, 'a form could not be opened');
    return false;
  }
}

/** Slack has no word of its own for a missing scope here. A trigger that was refused is of no use for a second try. */
const isAboutTheView = (error: unknown): boolean =>
  error instanceof Fault &&
  (error.code === 'rejected' || error.code === 'account') &&
  !slackError(error)?.includes('trigger');
