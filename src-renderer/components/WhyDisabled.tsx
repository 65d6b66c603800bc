import { Box, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** Around a button: when it cannot be used, hovering or focusing says why. */
export function WhyDisabled({ reason, children }: { reason: string | null; children: ReactNode }) {
  if (reason === null) return children;
  return (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Box component="span" tabIndex={0} aria-label={reason} style={{ display: 'inline-block' }}>
        {children}
      </Box>
    </Tooltip>
  );
}
