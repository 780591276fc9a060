-- The unfinished run of retention; no row for none.
select r.id
from {ledger}.retention_run as r
where r.finished_at is null
