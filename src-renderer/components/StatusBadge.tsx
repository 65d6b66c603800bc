import { Badge } from '@mantine/core';
import { STATUS_COLOR } from '../styles/theme';

/** One of the field's words for what became of a change or a job. */
export function StatusBadge({ status, size = 'sm' }: { status: keyof typeof STATUS_COLOR; size?: 'sm' | 'lg' }) {
  return (
    <Badge color={STATUS_COLOR[status]} variant="light" size={size} radius="sm" tt="none">
      {status}
    </Badge>
  );
}
