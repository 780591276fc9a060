-- How long this transaction waits for a lock. $1 the time.
select set_config('lock_timeout', $1, true)
