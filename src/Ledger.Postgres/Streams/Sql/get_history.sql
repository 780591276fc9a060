-- What a history is made of: $1 the stream. No row when there is no such stream; no root for what is not a branch.
select b.root,
       array(select g.stream from {ledger}.branch_segment as g where g.branch = b.stream order by g.ordinal),
       array(select g.taken from {ledger}.branch_segment as g where g.branch = b.stream order by g.ordinal)
from {events}.mt_streams as s
left join {ledger}.branch as b on b.stream = s.id
where s.id = $1
