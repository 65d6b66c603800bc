import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { IdentifiedLine } from '../../../src-main/inventory/identify';
import { chosen, LEFT_OUT, type Fix } from './list-fixes';

interface Props {
  line: IdentifiedLine;
  fix: Fix | undefined;
  onFix: (fix: Fix | undefined) => void;
  /** Looks the new text up. */
  onText: (text: string) => void;
}

/** A line that is wrong is typed anew, one with several devices chosen from; the others only stand there. */
export function LineText({ line, fix, onFix, onText }: Props) {
  const [text, setText] = useState(fix?.text ?? line.text);
  const label = `Line ${line.line.toString()}`;
  if (line.verdict === 'duplicate' || line.verdict === 'found') return <span className="mono">{line.text}</span>;
  if (line.candidates.length > 0) {
    return (
      <Select
        size="xs"
        aria-label={label}
        placeholder={line.text}
        data={line.candidates.map(({ id, iccid }) => ({
          value: id.toString(),
          label: iccid ?? `device ${id.toString()}`,
        }))}
        value={fix?.deviceIds[0]?.toString() ?? null}
        onChange={(value) => {
          if (value !== null) onFix(chosen(line.text, Number(value)));
        }}
      />
    );
  }
  const check = (): void => {
    const next = text.trim();
    if (next === (fix?.text ?? line.text)) return;
    if (next === line.text) onFix(undefined);
    else if (next === '') onFix(LEFT_OUT);
    else onText(next);
  };
  return (
    <TextInput
      size="xs"
      classNames={{ input: 'mono' }}
      aria-label={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
      }}
      onBlur={check}
      onKeyDown={(event) => {
        if (event.key === 'Enter') check();
      }}
    />
  );
}
