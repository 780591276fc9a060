-- Rebuilds the world rows of some streams: of runs and branches, as appends do, and of others whose world was read once. $1 the streams, which are locked.
-- Result: the number of events of all of them.
select greatest(
    (select coalesce(sum(t.version), 0)::bigint from {events}.mt_streams as t where t.id = any ($1)),
    {ledger}.rewrite_world_v2(array(
        select n.stream
        from unnest($1::text[]) as n (stream)
        where starts_with(n.stream, 'run:')
           or starts_with(n.stream, 'branch:')
           or exists (select from {ledger}.world_head as h where h.stream = n.stream))))
