-- How many events of the history of $1 the log had taken by the time $2. No row where there is no such stream.
select {ledger}.position_at($1, $2)
where exists (select from {events}.mt_streams as t where t.id = $1)
