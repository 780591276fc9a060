-- Sets the quota of a log: $1 the most events, $2 bytes, $3 runs; null for any number.
with wanted as (
    select v.kind, v.most
    from (values ('events', $1::bigint), ('bytes', $2::bigint), ('runs', $3::bigint)) as v (kind, most)),
removed as (
    delete from {ledger}.quota as q
    where q.kind in (select w.kind from wanted as w where w.most is null))
insert into {ledger}.quota as q (kind, most)
select w.kind, w.most
from wanted as w
where w.most is not null
on conflict ({tenant_key}kind) do update
    set most = excluded.most
