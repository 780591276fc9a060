-- Holds a stream or label: $1 the target, $2 why. One that is held already keeps its time and gets the reason.
insert into {ledger}.retention_hold as h (target, reason, held_by, held_at)
values ($1, $2, session_user, clock_timestamp())
on conflict ({tenant_key}target) do update set reason = excluded.reason
