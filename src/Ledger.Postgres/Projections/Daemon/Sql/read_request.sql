-- The progress of a request. $1 its id. The node, events, of how many, whether it is finished, the error, the time since the last report.
select r.node,
       r.events,
       r.total,
       r.finished_at is not null,
       r.error,
       extract(epoch from clock_timestamp() - coalesce(r.seen_at, r.requested_at))::double precision
from {ledger}.projection_request as r
where r.id = $1
