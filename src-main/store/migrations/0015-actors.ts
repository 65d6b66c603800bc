import type { Migration } from './migration.ts';

/** Who asked for a bulk change and who decided about it, by the operator's number: names can be alike. */
export const actors: Migration = {
  version: 15,
  sql: `
    ALTER TABLE job ADD COLUMN author_id INTEGER REFERENCES operator(id);
    ALTER TABLE approval ADD COLUMN by_id INTEGER REFERENCES operator(id);
    UPDATE job SET author_id = (SELECT id FROM operator o WHERE lower(o.name) = lower(job.author));
    DROP TRIGGER approval_is_append_only_u;
    UPDATE approval SET by_id = (SELECT id FROM operator o WHERE lower(o.name) = lower(approval.by));
    CREATE TRIGGER approval_is_append_only_u BEFORE UPDATE ON approval BEGIN SELECT raise(ABORT, 'decisions are not edited'); END;
  `,
};
