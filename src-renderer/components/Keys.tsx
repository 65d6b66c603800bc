import { Kbd } from '@mantine/core';
import { keyNames } from '../lib/key-names';

/** A shortcut as it is printed on the keys. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {keyNames(keys).map((name) => (
        <Kbd key={name} size="xs" ml={3}>
          {name}
        </Kbd>
      ))}
    </span>
  );
}
