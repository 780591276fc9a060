-- Summaries that the caller has to write whatever follows in the log: at most $1. Those that stand for no event, because one of theirs was rewritten; with
-- rules, whose name is $2, those that another program could not write, and those that were written without rules.
(select r.stream
 from {ledger}.run_summary as r
 where r.version = 0
 limit $1)
union
(select r.stream
 from {ledger}.run_summary as r
 where r.is_behind
   and r.rules = $2
 limit $1)
union
(select r.stream
 from {ledger}.run_summary as r
 where r.rules = ''
   and $2 <> ''
 limit $1)
