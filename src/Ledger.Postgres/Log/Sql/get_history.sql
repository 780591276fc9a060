-- The segments of a history: $1 the stream. No row when there is no such stream; no root for what is not a branch.
select b.root,
       b.segment_stream,
       b.segment_taken
from {events}.mt_streams as s
left join {ledger}.branch as b on b.stream = s.id
where s.id = $1
