-- A stream and its place in the tree of branches. $1 its name. No row if it does not exist; else one: its version, whether it is archived, and for a branch
-- its root and its lineage, the streams and how many events are taken of each, which are null for any other stream.
select coalesce(t.version, 0),
       coalesce(t.is_archived, false),
       b.root,
       b.segment_stream,
       b.segment_taken
from {events}.mt_streams as t
left join {ledger}.branch as b on b.stream = t.id
where t.id = $1
