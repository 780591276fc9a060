-- How long the statements of this transaction wait for a lock. $1 the time, as in '500ms'.
select set_config('lock_timeout', $1, true)
