-- Takes the oldest request that no node has taken. $1 the projections that this node declares, $2 the node, $3 how many seconds a request must have waited.
-- One row at most.
update {ledger}.projection_request as r
set node = $2,
    seen_at = clock_timestamp()
where r.id = (
    select q.id
    from {ledger}.projection_request as q
    where q.node is null
      and not q.cancelled
      and q.projection = any ($1)
      and q.requested_at <= clock_timestamp() - $3 * interval '1 second'
    order by q.id
    limit 1
    for update skip locked)
returning r.id, r.projection, r.action, r.argument
