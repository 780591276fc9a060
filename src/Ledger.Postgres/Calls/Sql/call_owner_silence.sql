-- How many seconds ago a caller was last heard of, and when, by a heartbeat: $1 its name, $2 when it began the call in question.
select extract(epoch from clock_timestamp() - greatest($2, max(o.seen_at)))::float8, max(o.seen_at)
from {ledger}.call_owner as o
where o.owner = $1
