import { MultiSelect } from '@mantine/core';

interface Props {
  label: string;
  /** Undefined while they load. */
  options: readonly (string | { value: string; label: string })[] | undefined;
  value: string[];
  onChange: (value: string[]) => void;
}

/** One filter of a toolbar: any of several values, or all when none is chosen. */
export function FilterChoice({ label, options, value, onChange }: Props) {
  return (
    <MultiSelect
      w={value.length > 0 ? 180 : 120}
      aria-label={`Filter by ${label.toLowerCase()}`}
      placeholder={value.length === 0 ? label : undefined}
      data={options ?? []}
      value={value}
      onChange={onChange}
      searchable={value.length === 0}
      clearable
      hidePickedOptions
      comboboxProps={{ width: 280, position: 'bottom-start' }}
    />
  );
}
