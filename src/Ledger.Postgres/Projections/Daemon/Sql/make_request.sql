-- Asks the nodes for something, and wakes those that listen. $1 the projection, $2 the action, $3 its argument. The request's id.
-- Requests whose asker has gone away are forgotten after a day without a report.
with forgotten as (
    delete from {ledger}.projection_request as r
    where coalesce(r.seen_at, r.requested_at) < clock_timestamp() - interval '1 day'),
made as (
    insert into {ledger}.projection_request (projection, action, argument, requested_at, events, total, cancelled)
    values ($1, $2, $3, clock_timestamp(), 0, 0, false)
    returning id)
select m.id,
       pg_notify('ledger_requests', '')
from made as m
