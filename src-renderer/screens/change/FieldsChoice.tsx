import { SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { CUSTOM_FIELD_NAMES } from '../../../src-main/domain/change-order';
import { useDraft } from '../../state/draft';

/** New values for the account's custom fields; a field that is left out stays as it is. */
export function FieldsChoice() {
  const { fields, set } = useDraft();
  return (
    <Stack gap="sm" maw={720}>
      <Text size="sm" className="soft">
        Fill in the fields that all selected devices are to get. The others stay as they are.
      </Text>
      <SimpleGrid cols={2} spacing="sm">
        {CUSTOM_FIELD_NAMES.map((name) => (
          <TextInput
            key={name}
            label={name}
            value={fields[name] ?? ''}
            onChange={(event) => {
              const others = Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
              const { value } = event.currentTarget;
              set({ fields: value === '' ? others : { ...others, [name]: value } });
            }}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
