-- Makes a rebuild of the inline projections wait until this transaction ends. $1 their names.
select pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))
from unnest($1::text[]) as n (name)
