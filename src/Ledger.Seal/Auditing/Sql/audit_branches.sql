-- What the table of branches says of some branches: $1 their streams.
select b.stream, b.fork_position, b.segment_stream, b.segment_taken
from {ledger}.branch as b
where b.stream = any ($1)
