-- Ends a run of retention: $1 the run.
update {ledger}.retention_run as r
set finished_at = clock_timestamp()
where r.id = $1
  and r.finished_at is null
