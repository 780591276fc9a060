-- A run of retention: $1 the run, null for the newest. No row for none.
select r.id, r.policies::text, r.started_by, r.started_at, r.finished_at, r.folder
from {ledger}.retention_run as r
where r.id = coalesce($1, (select max(n.id) from {ledger}.retention_run as n))
