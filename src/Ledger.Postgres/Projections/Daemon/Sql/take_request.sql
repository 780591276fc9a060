-- Takes the oldest request that no node has taken. $1 the projections that this node declares, $2 the node, $3 after how many seconds of silence it takes over
-- a rebuild that another has begun; null for never. One row at most.
update {ledger}.projection_request as r
set node = $2,
    seen_at = clock_timestamp()
where r.id = (
    select q.id
    from {ledger}.projection_request as q
    where q.projection = any ($1)
      and (
        (q.node is null and not q.cancelled)
        or (q.node is not null
            and q.finished_at is null
            and q.action in ('rebuild', 'resume')
            and q.seen_at < clock_timestamp() - $3 * interval '1 second'))
    order by q.id
    limit 1
    for update skip locked)
returning r.id, r.projection, r.action, r.argument
