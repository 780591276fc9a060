-- How many seconds ago the callers of some calls were last heard of, and when, by a heartbeat: $1 their names, $2 when they began the calls. In their order.
-- While the server was down no caller could be heard of, so no silence is longer than the server is up.
select
    extract(epoch from clock_timestamp() - greatest(c.since, o.seen_at, pg_postmaster_start_time()))::float8,
    o.seen_at
from unnest($1::text[], $2::timestamptz[]) with ordinality as c (owner, since, number)
left join {ledger}.call_owner as o on o.owner = c.owner
order by c.number
