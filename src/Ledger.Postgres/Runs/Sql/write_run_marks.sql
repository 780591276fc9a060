-- Writes marks; one that exists says the same. $1 the streams, $2 the versions, $3 the totals.
insert into {ledger}.run_mark (stream, version, totals)
select n.stream, n.version, n.totals
from unnest($1::text[], $2::bigint[], $3::jsonb[]) as n (stream, version, totals)
order by n.stream collate "C", n.version
on conflict do nothing
