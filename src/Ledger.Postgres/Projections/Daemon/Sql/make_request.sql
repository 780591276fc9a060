-- Asks the nodes for something, and wakes those that listen. $1 the projection, $2 the action, $3 its argument. The request's id.
with made as (
    insert into {ledger}.projection_request (projection, action, argument, requested_at, events, total, cancelled)
    values ($1, $2, $3, clock_timestamp(), 0, 0, false)
    returning id)
select m.id,
       pg_notify('ledger_requests', '')
from made as m
