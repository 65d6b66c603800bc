import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';

/** The search field that Ctrl/Cmd+F goes to; a page has one of them at most. */
export const FIND_FIELD = 'find-field';

interface Props {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  width: number;
}

export function SearchField({ label, placeholder, value, onChange, width }: Props) {
  return (
    <TextInput
      id={FIND_FIELD}
      w={width}
      leftSection={<Search size={14} aria-hidden />}
      placeholder={placeholder}
      aria-label={label}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange('');
      }}
    />
  );
}
