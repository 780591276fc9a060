-- Locks what a transaction writes summaries of, before it reads them: $1 the streams. Their rows, so that it goes on from what a rebuild or another reader
-- has written; and those of the streams themselves that have none yet, because a stream that is deleted meanwhile must not get one.
with kept as materialized (
    select m.id
    from {events}.mt_streams as m
    where m.id = any ($1)
      and not exists (select from {ledger}.run_summary as n where n.stream = m.id)
    order by m.id collate "C"
    for key share of m)
select
from {ledger}.run_summary as r
where r.stream = any ($1)
  and (select count(*) from kept) >= 0
order by r.stream collate "C"
for update of r
