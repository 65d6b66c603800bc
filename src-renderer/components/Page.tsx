import { Alert, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The head of every page: its name, a remark, and what can be done. */
export function PageHead({ title, detail, children }: { title: ReactNode; detail?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div style={{ minWidth: 0, flex: 1 }}>
        <Title order={1}>{title}</Title>
        {detail !== undefined && (
          <Text size="xs" className="soft" truncate>
            {detail}
          </Text>
        )}
      </div>
      {children}
    </header>
  );
}

/** What stands where nothing is yet: why, and the next step. */
export function EmptyState({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap={6} p="xl" maw={440} ta="center" m="auto">
      {icon}
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}

export function Loading() {
  return (
    <Stack align="center" p="xl">
      <Loader size="sm" aria-label="Loading" />
    </Stack>
  );
}

export function Failed({ failure }: { failure: { message: string; next: string | null } }) {
  return (
    <Alert color="red" title={failure.message} m="md">
      {failure.next}
    </Alert>
  );
}

export function Tile({
  label,
  value,
  detail,
  color,
}: {
  label: ReactNode;
  value: ReactNode;
  detail?: ReactNode;
  color?: string;
}) {
  return (
    <div className="tile">
      <div className="tile-label">{label}</div>
      <div className="tile-value" style={color === undefined ? {} : { color }}>
        {value}
      </div>
      {detail !== undefined && <div className="tile-label">{detail}</div>}
    </div>
  );
}
