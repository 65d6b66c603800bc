import type { Migration } from './migration.ts';

/**
 * A million devices are searched by any part of an identifier, sorted and filtered without reading each of them: a trigram
 * index, and indexes that hold every device (those of the first version left out the ones without a value).
 */
export const deviceSearch: Migration = {
  version: 4,
  sql: `
    CREATE VIRTUAL TABLE device_search USING fts5(iccid, imei, mdn, content='device', content_rowid='id', tokenize='trigram');
    INSERT INTO device_search (device_search) VALUES ('rebuild');
    CREATE TRIGGER device_search_i AFTER INSERT ON device BEGIN
      INSERT INTO device_search (rowid, iccid, imei, mdn) VALUES (new.id, new.iccid, new.imei, new.mdn);
    END;
    CREATE TRIGGER device_search_d AFTER DELETE ON device BEGIN
      INSERT INTO device_search (device_search, rowid, iccid, imei, mdn) VALUES ('delete', old.id, old.iccid, old.imei, old.mdn);
    END;
    CREATE TRIGGER device_search_u AFTER UPDATE OF iccid, imei, mdn ON device
      WHEN old.iccid IS NOT new.iccid OR old.imei IS NOT new.imei OR old.mdn IS NOT new.mdn BEGIN
      INSERT INTO device_search (device_search, rowid, iccid, imei, mdn) VALUES ('delete', old.id, old.iccid, old.imei, old.mdn);
      INSERT INTO device_search (rowid, iccid, imei, mdn) VALUES (new.id, new.iccid, new.imei, new.mdn);
    END;

    DROP INDEX device_iccid;
    DROP INDEX device_imei;
    DROP INDEX device_mdn;
    DROP INDEX device_customer;
    CREATE UNIQUE INDEX device_iccid ON device (provider_id, iccid);
    CREATE INDEX device_imei ON device (provider_id, imei);
    CREATE INDEX device_mdn ON device (provider_id, mdn);
    CREATE INDEX device_customer ON device (provider_id, customer_id);
    CREATE INDEX device_group ON device (provider_id, group_name);
    CREATE INDEX device_last_connected ON device (provider_id, last_connected_at);
    CREATE INDEX device_history_field ON device_history (field, at, device_id);

    -- Filters, sorting and columns that a person keeps under a name.
    CREATE TABLE saved_view (
      id INTEGER PRIMARY KEY,
      provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      content TEXT NOT NULL,
      UNIQUE (provider_id, name)
    ) STRICT;
  `,
};
