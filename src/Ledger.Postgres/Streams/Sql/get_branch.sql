-- One branch: $1 its stream.
select b.stream,
       b.parent,
       b.root,
       b.fork_position,
       b.name,
       b.created_at,
       array(select g.stream from {ledger}.branch_segment as g where g.branch = b.stream order by g.ordinal),
       array(select g.taken from {ledger}.branch_segment as g where g.branch = b.stream order by g.ordinal)
from {ledger}.branch as b
where b.stream = $1
