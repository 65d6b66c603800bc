import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { SHORTEST_PASSWORD } from '../../../src-main/domain/roles';

export interface NewPassword {
  text: string;
  /** Long enough, and the same twice. */
  right: boolean;
}

/** A new password, twice: what is typed unseen is easily mistyped. */
export function NewPasswordFields({ onChange }: { onChange: (password: NewPassword) => void }) {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const tell = (text: string, again: string): void => {
    setFirst(text);
    setSecond(again);
    onChange({ text, right: text.length >= SHORTEST_PASSWORD && text === again });
  };
  return (
    <>
      <PasswordInput
        label="New password"
        description={`At least ${SHORTEST_PASSWORD.toString()} characters; a few words in a row are easy to remember`}
        required
        autoComplete="new-password"
        value={first}
        onChange={(event) => {
          tell(event.currentTarget.value, second);
        }}
      />
      <PasswordInput
        label="Once more"
        required
        autoComplete="new-password"
        value={second}
        error={second !== '' && second !== first ? 'It is not the same.' : null}
        onChange={(event) => {
          tell(first, event.currentTarget.value);
        }}
      />
    </>
  );
}
