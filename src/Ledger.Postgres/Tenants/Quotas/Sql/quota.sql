-- The quota of a log and what it has. One row: most events, bytes and runs (null: any number); events, bytes and runs that were counted.
select max(q.most) filter (where q.kind = 'events'),
       max(q.most) filter (where q.kind = 'bytes'),
       max(q.most) filter (where q.kind = 'runs'),
       (select coalesce(sum(u.events), 0)::bigint from {ledger}.quota_used as u),
       (select coalesce(sum(u.bytes), 0)::bigint from {ledger}.quota_used as u),
       (select coalesce(sum(u.runs), 0)::bigint from {ledger}.quota_used as u)
from {ledger}.quota as q
