/** Custom fields: the account's own notes on a device. Nothing is billed. */
import { CUSTOM_FIELD_NAMES, customFieldsText, fieldsOf, type CustomFields } from '../../domain/change-order.ts';
import { FORBIDDEN_CHARACTERS, type PlanProblem } from '../../domain/plans.ts';
import type { ChangeTypeRules } from './change-type.ts';

/** Longer values are refused here. Assumed: no length is published. */
const LONGEST_VALUE = 50;

export function customFields(fields: CustomFields): ChangeTypeRules {
  const names = Object.keys(fields);
  return {
    order: { type: 'custom-fields', fields },
    problems: () => problemsOf(fields),
    title: (devices) => `${customFieldsText(fields)} for ${devices}`,
    update: (effectiveAt) => ({ CustomFields: fields, EffectiveDate: effectiveAt }),
    detail: { CustomFields: fields },
    valueOf: ({ customFields: present }) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, present[name] ?? '']))),
    isReached: ({ customFields: present }) => names.every((name) => (present[name] ?? '') === fields[name]),
    alreadyReached: 'It had these values already when the devices were last synced.',
    isLikelyRefused: () => false,
    usesQuota: false,
    carrierQuery: { customFields: fields },
    localFilter: { customFields: fields },
    // A field that is empty cannot be asked for.
    devicesWith: () => undefined,
    localChange: { customFields: fields },
    undo: (value) => {
      const former = fieldsOf(value);
      return former === undefined ? undefined : { type: 'custom-fields', fields: former };
    },
  };
}

function problemsOf(fields: CustomFields): PlanProblem[] {
  const names = Object.keys(fields);
  if (names.length === 0) return [{ code: 'no-field', message: 'No custom field is given a value.' }];
  return names.flatMap((name): PlanProblem[] => {
    const value = fields[name] ?? '';
    if (!CUSTOM_FIELD_NAMES.some((known) => known === name))
      return [
        { code: 'unknown-field', message: `"${name}" is no custom field; they are ${CUSTOM_FIELD_NAMES.join(', ')}.` },
      ];
    if (FORBIDDEN_CHARACTERS.test(value))
      return [
        {
          code: 'invalid-character',
          message: `The value of ${name} holds a character that the carrier refuses (' < or \\).`,
        },
      ];
    if (value.length > LONGEST_VALUE)
      return [
        { code: 'too-long', message: `The value of ${name} is longer than ${String(LONGEST_VALUE)} characters.` },
      ];
    return [];
  });
}
