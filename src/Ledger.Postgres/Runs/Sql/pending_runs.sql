-- The runs and branches whose summaries have something in a member of their states, asked or open: $1; or may lack some that the end of the log does not have:
-- one of their events was rewritten, or another program with rules keeps them. A part for each index.
select r.stream
from {ledger}.run_summary as r
where (jsonb_array_length(r.state -> 'asked') > 0 or jsonb_array_length(r.state -> 'open') > 0)
  and jsonb_array_length(r.state -> $1) > 0
union
select r.stream
from {ledger}.run_summary as r
where r.version = 0
union
select r.stream
from {ledger}.run_summary as r
where r.is_behind
