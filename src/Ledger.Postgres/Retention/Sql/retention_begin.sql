-- Begins a run of retention: $1 the policies, $2 the folder of its archives. Result: its number.
insert into {ledger}.retention_run (policies, started_by, started_at, folder)
values ($1, session_user, clock_timestamp(), $2)
returning id
