import { Badge } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { Device } from '../../../src-main/store/devices';
import { when } from '../../lib/format';
import { CUSTOM_FIELD_NAMES } from '../../../src-main/domain/change-order';
import type { Column } from '../../components/grid/use-columns';

/** @param planName the name to a plan's code */
export function deviceColumns(planName: (code: string | null) => string): Column<Device>[] {
  return [
    {
      key: 'iccid',
      header: 'ICCID',
      width: 176,
      sortable: true,
      always: true,
      cell: (device) => <span className="mono">{device.iccid}</span>,
    },
    {
      key: 'mdn',
      header: 'MDN',
      width: 100,
      sortable: true,
      cell: (device) => <span className="mono">{device.mdn}</span>,
    },
    {
      key: 'imei',
      header: 'IMEI',
      width: 140,
      sortable: true,
      cell: (device) => <span className="mono">{device.imei}</span>,
    },
    {
      key: 'planCode',
      header: 'Rate plan',
      width: 160,
      grow: 1.2,
      sortable: true,
      text: (device) => planName(device.planCode),
      cell: (device) => (
        <>
          {device.driftedAt !== null && (
            <TriangleAlert
              size={13}
              role="img"
              aria-label="changed elsewhere"
              style={{ marginRight: 5, verticalAlign: -2, color: 'var(--mantine-color-orange-6)' }}
            />
          )}
          <span title={device.driftedAt === null ? undefined : `Changed elsewhere, seen ${when(device.driftedAt)}`}>
            {planName(device.planCode)}
          </span>
        </>
      ),
    },
    {
      key: 'state',
      header: 'State',
      width: 90,
      sortable: true,
      text: ({ state, missingSince }) => (missingSince === null ? (state ?? '') : 'not listed'),
      cell: (device) => <DeviceState device={device} />,
    },
    {
      key: 'customer',
      header: 'Customer',
      width: 150,
      grow: 1,
      sortable: true,
      cell: (device) => device.customer,
    },
    {
      key: 'lastConnectedAt',
      header: 'Last connected',
      width: 130,
      sortable: true,
      cell: (device) => <span className="number">{when(device.lastConnectedAt)}</span>,
    },
    { key: 'group', header: 'Group', width: 120, optional: true, cell: (device) => device.groupName },
    {
      key: 'billingCycleEnds',
      header: 'Billing cycle ends',
      width: 130,
      optional: true,
      cell: (device) => <span className="number">{when(device.billingCycleEnds)}</span>,
    },
    {
      key: 'syncedAt',
      header: 'Read from the carrier',
      width: 150,
      optional: true,
      cell: (device) => <span className="number">{when(device.syncedAt)}</span>,
    },
    ...CUSTOM_FIELD_NAMES.map((name): Column<Device> => {
      return { key: name, header: name, width: 120, optional: true, cell: (device) => device.customFields[name] };
    }),
  ];
}

/** A state other than active stands out: the carrier refuses plan changes for it. */
function DeviceState({ device }: { device: Device }) {
  if (device.missingSince !== null)
    return (
      <Badge color="red" variant="light" size="sm" tt="none">
        {'not listed'}
      </Badge>
    );
  if (device.state === 'active') return <span>active</span>;
  return device.state === null ? null : (
    <Badge color="orange" variant="light" size="sm" tt="none">
      {device.state}
    </Badge>
  );
}
