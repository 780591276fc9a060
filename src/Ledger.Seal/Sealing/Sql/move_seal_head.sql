-- Moves the head of the tree, which the transaction holds, until it ends: $1 and $2 the size and the last number that it must have, $3 and $4 those that it gets, $5 the
-- moment before which the events were read. No row if it has others, or if a payload was replaced since, of which the hash may be too old. The commit does not wait for the
-- disk: that of the checkpoint does, and a crash loses only what no checkpoint has.
update {ledger}.seal_head as h
set size = $3,
    seq = $4
where h.size = $1
  and h.seq = $2
  and not exists (
    select
    from {ledger}.rewritten_event as r
    where r.transaction >= pg_snapshot_xmin($5::pg_snapshot)
      and not pg_visible_in_snapshot(r.transaction, $5::pg_snapshot))
returning set_config('synchronous_commit', 'off', true)
