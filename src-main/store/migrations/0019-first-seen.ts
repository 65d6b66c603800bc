import type { Migration } from './migration.ts';

/** SQL for a text of one character all the way, or counted up from 0 or 1. */
const filledIn = (text: string): string =>
  `(replace(${text}, substr(${text}, 1, 1), '') = '' OR instr('01234567890123456789', ${text}) = 1 OR instr('1234567890123456789', ${text}) = 1)`;

/**
 * The walk in which a device was seen for the first time: only one that is new can have taken the place of another. What was
 * filled in for a missing number or IMEI goes; a device that has nothing else keeps it and is found by nobody.
 */
export const firstSeen: Migration = {
  version: 19,
  sql: `
    ALTER TABLE device ADD COLUMN first_run INTEGER;
    UPDATE device SET first_run = 0 WHERE synced_at IS NOT NULL;
    UPDATE device SET mdn = NULL WHERE mdn IS NOT NULL AND iccid IS NOT NULL AND ${filledIn('mdn')};
    UPDATE device SET msisdn = NULL WHERE msisdn IS NOT NULL AND iccid IS NOT NULL AND (${filledIn('msisdn')} OR ${filledIn('substr(msisdn, -10)')});
    UPDATE device SET imei = NULL WHERE imei IS NOT NULL AND iccid IS NOT NULL AND ${filledIn('substr(imei, 1, 14)')};
    UPDATE device SET meid = NULL WHERE meid IS NOT NULL AND iccid IS NOT NULL AND ${filledIn('substr(meid, 1, 14)')};
  `,
};
