import { ActionIcon, Button, Menu } from '@mantine/core';
import { Check, ChevronDown, FileDown } from 'lucide-react';
import { useState } from 'react';
import { FILE_FORMATS, FILE_FORMAT_NAMES } from '../../../src-main/domain/file-formats';
import type { JobCounts } from '../../../src-main/domain/jobs';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { count, devices } from '../../lib/format';
import { Allowed, DisabledTooltip } from '../../components/DisabledTooltip';
import { usePreferences } from '../../state/preferences';

const ICON = 14;
const FORMATS = [...FILE_FORMATS].reverse();

interface Props {
  jobId: number;
  counts: JobCounts;
  isFinished: boolean;
}

/** Saves the devices that failed or are unconfirmed, with the reasons; its menu says in which form, and who else is in it. */
export function FailureReport({ jobId, counts, isFinished }: Props) {
  const { exportAs, setExportAs } = usePreferences();
  const [asked, setAsked] = useState(false);
  const withCancelled = asked && counts.cancelled > 0;
  const size = counts.error + counts.unconfirmed + (withCancelled ? counts.cancelled : 0);
  const isPrimary = isFinished && counts.error > 0;
  const variant = isPrimary ? 'filled' : 'default';
  const reason = size > 0 ? null : 'No device failed.';
  return (
    <Button.Group>
      <DisabledTooltip reason={reason}>
        <Allowed to="export">
          <Button
            variant={variant}
            leftSection={<FileDown size={ICON} aria-hidden />}
            disabled={reason !== null}
            onClick={() => {
              attempt('The report was not saved', async () => {
                const { file, rows } = await api('jobs.saveFailures', {
                  jobId,
                  format: exportAs.format,
                  withCancelled,
                });
                if (file !== null) showDone(`Failure report saved: ${devices(rows)}`, file);
              });
            }}
          >
            {size === 0 ? 'Save failure report' : `Save failure report (${count(size)})`}
          </Button>
        </Allowed>
      </DisabledTooltip>
      <Menu position="bottom-end" width={250} closeOnItemClick={false}>
        <Menu.Target>
          <ActionIcon variant={variant} size={30} aria-label="How the failure report is saved">
            <ChevronDown size={ICON} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Format</Menu.Label>
          {FORMATS.map((format) => (
            <Choice
              key={format}
              role="menuitemradio"
              isChosen={exportAs.format === format}
              onClick={() => {
                setExportAs({ format });
              }}
            >
              {FILE_FORMAT_NAMES[format]}
            </Choice>
          ))}
          {counts.cancelled > 0 && (
            <>
              <Menu.Divider />
              <Choice
                role="menuitemcheckbox"
                isChosen={withCancelled}
                onClick={() => {
                  setAsked(!asked);
                }}
              >
                With {count(counts.cancelled)} cancelled
              </Choice>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

function Choice({
  role,
  isChosen,
  onClick,
  children,
}: {
  role: 'menuitemradio' | 'menuitemcheckbox';
  isChosen: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <Menu.Item
      role={role}
      aria-checked={isChosen}
      leftSection={isChosen ? <Check size={ICON} aria-hidden /> : <span style={{ display: 'block', width: ICON }} />}
      onClick={onClick}
    >
      {children}
    </Menu.Item>
  );
}
