import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  type APIStringSelectComponent,
  type APITextInputComponent,
  ComponentType,
  type APIFileUploadComponent as FileUpload,
  type ModalSubmitComponent as Filled,
  type APILabelComponent as Label,
  TextInputStyle,
} from 'discord.js';
import type { RawValue, RawValues } from '../../domain/command.ts';
import type { Form, FormField } from '../../domain/form.ts';
import { clip } from '../../domain/text.ts';
import { unreachable } from '../../domain/unreachable.ts';
import { fileOf } from './file.ts';

/**
 * Forms as Discord's modals, and what comes back.
 * Source: docs.discord.com, "Component Reference" and "Receiving and Responding", read 2026-11.
 */

const fieldsMost = 5;
const titleMost = 45;
const labelMost = 45;
const wordsMost = 4000;
const placeholderMost = 100;
const choicesMost = 25;
const choiceMost = 100;
const filesMost = 10;
const idPrefix = 'form:';

/** Fields beyond the fifth are left out: Discord takes no more. What sends the form off is not ours to name there. */
export const modal = ({ key, title, fields }: Form): APIModalInteractionResponseCallbackData => ({
  custom_id: `${idPrefix}${key}`,
  title: clip(title, titleMost),
  components: fields
    .slice(0, fieldsMost)
    .map(
      (field): Label => ({ type: ComponentType.Label, label: clip(field.label, labelMost), component: input(field) }),
    ),
});

function input(field: FormField): APITextInputComponent | APIStringSelectComponent | FileUpload {
  const { name: custom_id, required, placeholder } = field;
  const hint = placeholder === undefined ? {} : { placeholder: clip(placeholder, placeholderMost) };
  switch (field.input.kind) {
    case 'text': {
      const max_length = Math.min(field.input.maxLength, wordsMost);
      return {
        type: ComponentType.TextInput,
        style: TextInputStyle.Paragraph,
        custom_id,
        required,
        max_length,
        ...hint,
      };
    }
    case 'choice': {
      const options = field.input.values.slice(0, choicesMost).map((value) => ({
        label: clip(field.labels?.[value] ?? value, choiceMost),
        value,
      }));
      return { type: ComponentType.StringSelect, custom_id, required, options, ...hint };
    }
    case 'images': {
      const values = { min_values: required ? 1 : 0, max_values: Math.min(field.input.most, filesMost) };
      return { type: ComponentType.FileUpload, custom_id, required, ...values };
    }
    default:
      return unreachable(field.input);
  }
}

/** What was filled in, without what was left empty; undefined when the form is none of Easel's. */
export function readForm(data: APIModalSubmission): { readonly form: string; readonly values: RawValues } | undefined {
  if (!data.custom_id.startsWith(idPrefix)) return undefined;
  const filled = data.components.flatMap((part) => (part.type === ComponentType.Label ? [part.component] : []));
  const values = filled.flatMap((component) => {
    const value = answerOf(component, data.resolved);
    return value === undefined ? [] : [[component.custom_id, value] as const];
  });
  return { form: data.custom_id.slice(idPrefix.length), values: Object.fromEntries(values) };
}

function answerOf(component: Filled, resolved: APIModalSubmission['resolved']): RawValue | undefined {
  switch (component.type) {
    case ComponentType.TextInput:
      return component.value.trim() === '' ? undefined : component.value;
    case ComponentType.StringSelect:
      return component.values[0];
    case ComponentType.FileUpload: {
      const files = component.values.flatMap((id) => resolved?.attachments?.[id] ?? []);
      return files.length === 0 ? undefined : files.map((file) => fileOf(file));
    }
    default:
      return undefined;
  }
}
