-- How many events of the history of $1 the log had taken by the time $2.
select {ledger}.position_at($1, $2)
