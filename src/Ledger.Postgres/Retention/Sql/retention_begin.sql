-- Begins a run of retention: $1 the policies. Result: its number.
insert into {ledger}.retention_run (policies, started_by, started_at)
values ($1, session_user, clock_timestamp())
returning id
