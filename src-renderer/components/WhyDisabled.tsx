import { Box, Menu, Text, Tooltip } from '@mantine/core';
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

/** An entry of a menu; when it cannot be chosen, it says why under its name. */
export function MenuEntry({
  icon,
  why,
  onClick,
  children,
}: {
  icon: ReactNode;
  why: string | null;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Menu.Item leftSection={icon} disabled={why !== null} onClick={onClick}>
      {children}
      {why !== null && <Text size="xs">{why}</Text>}
    </Menu.Item>
  );
}
