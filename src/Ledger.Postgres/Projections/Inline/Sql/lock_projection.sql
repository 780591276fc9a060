-- Makes appends with a projection wait until this transaction ends. $1 the projection, $2 how long to wait for running appends.
select set_config('lock_timeout', $2, true),
       pg_advisory_xact_lock({ledger}.projection_key_v1($1))
