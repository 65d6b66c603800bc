import { Box, Menu, Text, Tooltip } from '@mantine/core';
import { cloneElement, type ReactElement, type ReactNode } from 'react';
import type { Permission } from '../../src-main/domain/roles';
import { useWhyMayNot } from '../state/session';

/** Around a button: when it cannot be used, hovering or focusing says why. */
export function DisabledTooltip({ reason, children }: { reason: string | null; children: ReactNode }) {
  if (reason === null) return children;
  return (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Box component="span" tabIndex={0} aria-label={reason} style={{ display: 'inline-block' }}>
        {children}
      </Box>
    </Tooltip>
  );
}

/** Around a control that needs a permission: without it, it is disabled and says why. */
export function Allowed({ to, children }: { to: Permission; children: ReactElement<{ disabled?: boolean }> }) {
  const reason = useWhyMayNot(to);
  return (
    <DisabledTooltip reason={reason}>
      {reason === null ? children : cloneElement(children, { disabled: true })}
    </DisabledTooltip>
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
