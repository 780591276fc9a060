-- Removes a request that is finished, or that no node has taken. $1 its id.
delete from {ledger}.projection_request as r
where r.id = $1
  and (r.node is null or r.finished_at is not null)
