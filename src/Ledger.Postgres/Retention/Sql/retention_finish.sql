-- Ends a run of retention, unless a stream of it is under way: $1 the run.
update {ledger}.retention_run as r
set finished_at = clock_timestamp()
where r.id = $1
  and r.finished_at is null
  and not exists (select from {ledger}.retention_stream as s where s.run = r.id and s.state in ('planned', 'archived', 'removing'))
