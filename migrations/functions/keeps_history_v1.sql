-- Whether Ledger needs every event of a stream: of runs, branches, tasks and record stores, and of streams that a branch was forked from.
--   p_stream  the stream
-- Result: whether it does.
create or replace function {ledger}.keeps_history_v1(p_stream text)
returns boolean
language sql
stable
set enable_seqscan = off
as $function$
    select starts_with(p_stream, 'run:')
        or starts_with(p_stream, 'branch:')
        or starts_with(p_stream, 'task:')
        or starts_with(p_stream, 'chrono:')
        or exists (select from {ledger}.branch_segment as s where s.stream = p_stream)
        or exists (select from {ledger}.branch as b where b.parent = p_stream)
        or exists (select from {ledger}.branch as b where b.root = p_stream)
$function$;
