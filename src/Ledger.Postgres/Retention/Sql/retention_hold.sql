-- Holds a stream or label: $1 the target, $2 why. One that is held already keeps its time and gets the reason. No row is written for a stream that is not there, unless retention
-- has removed it or is removing it.
insert into {ledger}.retention_hold as h (target, reason, held_by, held_at)
select $1, $2, session_user, clock_timestamp()
where starts_with($1, 'label:')
   or exists (select from {events}.mt_streams as t where t.id = $1)
   or exists (select from {ledger}.retention_stream as r where r.stream = $1)
   or exists (select from {ledger}.retention_hold as r where r.target = $1)
on conflict ({tenant_key}target) do update set reason = excluded.reason
