-- Whether a run of retention says in the log that it removes a stream, and does not say that it was restored since. What its plan says an operator may write, and not this.
--   p_run     the run of retention
--   p_stream  the stream
-- Result: whether it does.
create or replace function {ledger}.retention_says_v1(p_run bigint, p_stream text)
returns boolean
language sql
stable
set enable_seqscan = off
as $function$
    select coalesce(max(e.version) filter (where e.type = 'retention.removed'), 0) > coalesce(max(e.version) filter (where e.type = 'retention.restored'), 0)
    from {events}.mt_events as e
    where e.stream_id = 'retention:' || p_run
      and e.data ->> 'stream' = p_stream
$function$;
