/** What a bulk change asks of the carrier, one kind for each change type that the router knows. */
import { ConsoleError } from './errors.ts';

export const CHANGE_TYPES = ['carrier-rate-plan', 'suspend', 'restore', 'custom-fields'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** New values by field name; an empty one clears the field. */
export type CustomFields = Readonly<Record<string, string>>;

export type ChangeOrder =
  | { type: 'carrier-rate-plan'; planCode: string }
  | { type: 'suspend' }
  | { type: 'restore' }
  | { type: 'custom-fields'; fields: CustomFields };

/** The fields that a device record has. Five of these names stand in public client code; that there are no others is assumed. */
export const CUSTOM_FIELD_NAMES = [
  'CustomField1',
  'CustomField2',
  'CustomField3',
  'CustomField4',
  'CustomField5',
] as const;

/** The device states that a suspension and a restoration lead to, as the carrier's list writes them. */
export const STATE_AFTER = { suspend: 'suspend', restore: 'active' } as const;

/** Custom fields in one line for lists and reports, such as `CustomField1=Site 5, CustomField2=`. */
export function customFieldsText(fields: CustomFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** @returns the fields that a record keeps as JSON; undefined where the text is none, as after an edit from outside */
export function fieldsOf(text: string): CustomFields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isOne =
      typeof value === 'object' && value !== null && Object.values(value).every((field) => typeof field === 'string');
    return isOne ? (value as CustomFields) : undefined;
  } catch {
    return undefined;
  }
}

/** The change types that set the same thing: what one of them did, the others can overwrite. */
export function typesLike(type: ChangeType): readonly ChangeType[] {
  return type === 'suspend' || type === 'restore' ? ['suspend', 'restore'] : [type];
}

/** A job's order, from what its record keeps. @throws ConsoleError `store` for a record that was edited from outside */
export function orderOf({ type, target }: { type: ChangeType; target: string }): ChangeOrder {
  switch (type) {
    case 'carrier-rate-plan':
      return { type, planCode: target };
    case 'custom-fields': {
      const fields = fieldsOf(target);
      if (fields === undefined)
        throw new ConsoleError(
          'store',
          'What this job was to set can no longer be read: its record was edited from outside, or is damaged.',
          'Nothing was sent. Cancel it, check the audit log, and start the change anew.',
        );
      return { type, fields };
    }
    case 'suspend':
    case 'restore':
      return { type };
  }
}

/** What the order leads to, as it is kept with a job and compared with a device's value: the inverse of {@link orderOf}. */
export function targetOf(order: ChangeOrder): string {
  switch (order.type) {
    case 'carrier-rate-plan':
      return order.planCode;
    case 'custom-fields':
      return JSON.stringify(order.fields);
    case 'suspend':
    case 'restore':
      return STATE_AFTER[order.type];
  }
}

/** A device's value before or after a change, for people. */
export function valueText(type: ChangeType, value: string | null): string {
  if (value === null) return '';
  const fields = type === 'custom-fields' ? fieldsOf(value) : undefined;
  return fields === undefined ? value : customFieldsText(fields);
}

/** The change type in words. */
export const CHANGE_TYPE_NAMES: Readonly<Record<ChangeType, string>> = {
  'carrier-rate-plan': 'Rate plan',
  suspend: 'Suspend',
  restore: 'Restore',
  'custom-fields': 'Custom fields',
};
