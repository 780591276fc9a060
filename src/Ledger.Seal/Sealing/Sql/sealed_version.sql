-- The last version of a stream that is in a tree: $1 the stream, $2 the size of the tree. 0 for none.
select coalesce(
    (select e.version
     from {events}.mt_events as e
     join {ledger}.seal_leaf as l on l.seq = e.seq_id
     where e.stream_id = $1
       and l.leaf < $2
     order by e.version desc
     limit 1),
    0)
