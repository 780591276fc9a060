-- Adds streams to a run of retention, in the order in which they are removed: $1 the run, $2 the streams, $3 the policies, $4 the versions, $5 how many events stay, $6
-- why nothing is removed, null where something is.
insert into {ledger}.retention_stream (run, stream, place, policy, version, kept, state, reason, events)
select $1, n.stream, n.place, n.policy, n.version, n.kept, case when n.reason is null then 'planned' else 'left' end, n.reason, 0
from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) with ordinality as n (stream, policy, version, kept, reason, place)
