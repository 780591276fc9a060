-- Stops a shard, and says so to the nodes that listen. $1 the shard. The rows changed: none if there is no such shard, or if Marten runs it in every append.
update {ledger}.projection_shard as s
set state = 'paused'
where s.name = $1
  and s.kind <> 'marten inline'
returning pg_notify('ledger_requests', '')
